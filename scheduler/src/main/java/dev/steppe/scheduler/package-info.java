/** Evaluation and snapshot to plan: reconcile, feasibility, rank, explain. */
@NullMarked
package dev.steppe.scheduler;

import org.jspecify.annotations.NullMarked;
