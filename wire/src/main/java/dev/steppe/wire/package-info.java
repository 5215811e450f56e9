/** What agents say to each other: typed messages and the transport seam. */
@NullMarked
package dev.steppe.wire;

import org.jspecify.annotations.NullMarked;
