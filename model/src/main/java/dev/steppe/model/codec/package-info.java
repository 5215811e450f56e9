/**
 * Records to JSON and to the replicated binary form, and back, derived from one shape per record: adding a component to a
 * record is all it takes to carry it everywhere.
 */
@NullMarked
package dev.steppe.model.codec;

import org.jspecify.annotations.NullMarked;
