/** The services there are, derived from allocations: nothing here is stored, so nothing can outlive its workload. */
@NullMarked
package dev.steppe.mesh.catalog;

import org.jspecify.annotations.NullMarked;
