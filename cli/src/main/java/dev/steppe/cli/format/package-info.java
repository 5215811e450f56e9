/** The layout of files. */
@NullMarked
package dev.steppe.cli.format;

import org.jspecify.annotations.NullMarked;
