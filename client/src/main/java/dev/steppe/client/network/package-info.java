/** Networks of allocations with nothing but the kernel, iproute2 and a packet filter: namespaces, addresses, ports. */
@NullMarked
package dev.steppe.client.network;

import org.jspecify.annotations.NullMarked;
