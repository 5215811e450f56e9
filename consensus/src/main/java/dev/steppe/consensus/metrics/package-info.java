/** The engine's own metrics, left out. */
@NullMarked
package dev.steppe.consensus.metrics;

import org.jspecify.annotations.NullMarked;
