/** Versions and the constraints on them. */
@NullMarked
package dev.steppe.language.version;

import org.jspecify.annotations.NullMarked;
