/** Commands about allocations. */
@NullMarked
package dev.steppe.cli.alloc;

import org.jspecify.annotations.NullMarked;
