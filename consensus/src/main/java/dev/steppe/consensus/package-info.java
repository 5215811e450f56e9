/** The replicated log behind a small interface. */
@NullMarked
package dev.steppe.consensus;

import org.jspecify.annotations.NullMarked;
