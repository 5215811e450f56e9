/** The layout of HCL files. */
@NullMarked
package dev.steppe.language.format;

import org.jspecify.annotations.NullMarked;
