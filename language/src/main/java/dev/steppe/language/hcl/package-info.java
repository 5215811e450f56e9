/** HCL2: text to syntax tree, syntax tree to values. */
@NullMarked
package dev.steppe.language.hcl;

import org.jspecify.annotations.NullMarked;
