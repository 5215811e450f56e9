/** Tests of the replicated log. */
@NullMarked
package dev.steppe.consensus;

import org.jspecify.annotations.NullMarked;
