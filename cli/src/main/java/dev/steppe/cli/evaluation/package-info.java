/** Commands about evaluations, and the words for placements that failed. */
@NullMarked
package dev.steppe.cli.evaluation;

import org.jspecify.annotations.NullMarked;
