/** Job files to {@code Job}. */
@NullMarked
package dev.steppe.jobspec;

import org.jspecify.annotations.NullMarked;
