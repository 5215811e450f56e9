/** Faults in a cluster of real agents, each in a network namespace of its own, while writers remember what was acknowledged. */
@NullMarked
package dev.steppe.simulation.faults;

import org.jspecify.annotations.NullMarked;
