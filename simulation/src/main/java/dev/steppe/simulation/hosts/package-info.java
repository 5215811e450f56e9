/** Hosts that one machine plays: each with a network, a disk and a clock of its own. */
@NullMarked
package dev.steppe.simulation.hosts;

import org.jspecify.annotations.NullMarked;
