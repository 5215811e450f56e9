/** The job specification as people write it: its words, what Steppe does with each, and what makes a job wrong. */
@NullMarked
package dev.steppe.model.specification;

import org.jspecify.annotations.NullMarked;
