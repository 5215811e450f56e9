/** The functions that expressions can call. */
@NullMarked
package dev.steppe.language.function;

import org.jspecify.annotations.NullMarked;
