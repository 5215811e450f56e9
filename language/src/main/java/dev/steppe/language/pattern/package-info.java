/** Regular expressions that anybody may write and nobody has to wait for. */
@NullMarked
package dev.steppe.language.pattern;

import org.jspecify.annotations.NullMarked;
