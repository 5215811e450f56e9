/** The destination's side: public listeners, the intention check, connections to the service itself. */
@NullMarked
package dev.steppe.proxy.inbound;

import org.jspecify.annotations.NullMarked;
