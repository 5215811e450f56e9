/** Tests of the simulated world, and the cluster in it. */
@NullMarked
package dev.steppe.simulation;

import org.jspecify.annotations.NullMarked;
