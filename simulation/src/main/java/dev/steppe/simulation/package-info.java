/** Whole clusters on virtual time from a seed. Never shipped. */
@NullMarked
package dev.steppe.simulation;

import org.jspecify.annotations.NullMarked;
