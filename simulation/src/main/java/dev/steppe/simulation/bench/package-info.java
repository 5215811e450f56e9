/** Benchmarks, each with a main class. */
@NullMarked
package dev.steppe.simulation.bench;

import org.jspecify.annotations.NullMarked;
