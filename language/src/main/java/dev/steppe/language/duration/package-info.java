/** Durations in Go's notation. */
@NullMarked
package dev.steppe.language.duration;

import org.jspecify.annotations.NullMarked;
