/** Where listening and connecting sockets come from: this process itself, or the broker that enters namespaces for it. */
@NullMarked
package dev.steppe.proxy.sockets;

import org.jspecify.annotations.NullMarked;
