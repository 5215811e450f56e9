/** The commands. */
@NullMarked
package dev.steppe.cli;

import org.jspecify.annotations.NullMarked;
