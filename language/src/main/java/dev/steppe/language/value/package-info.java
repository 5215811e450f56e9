/** The values that expressions produce. */
@NullMarked
package dev.steppe.language.value;

import org.jspecify.annotations.NullMarked;
