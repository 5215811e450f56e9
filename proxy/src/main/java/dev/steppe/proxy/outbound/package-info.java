/** The caller's side: listeners on the allocation's loopback, balancing, idle tunnels kept for the next call. */
@NullMarked
package dev.steppe.proxy.outbound;

import org.jspecify.annotations.NullMarked;
