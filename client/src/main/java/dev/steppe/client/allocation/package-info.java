/** The life of allocations and tasks on a node, as state machines on the client's loop. */
@NullMarked
package dev.steppe.client.allocation;

import org.jspecify.annotations.NullMarked;
