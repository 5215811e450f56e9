/** A node: fingerprints, allocations, tasks, drivers, networks, checks. */
@NullMarked
package dev.steppe.client;

import org.jspecify.annotations.NullMarked;
