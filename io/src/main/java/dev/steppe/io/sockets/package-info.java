/** Sockets beyond the JDK: descriptors passed between processes, and TCP sockets opened inside network namespaces. */
@NullMarked
package dev.steppe.io.sockets;

import org.jspecify.annotations.NullMarked;
