/** What differs between two versions of a job, field by field, in the published shape. */
@NullMarked
package dev.steppe.model.diff;

import org.jspecify.annotations.NullMarked;
