/** Commands about pools of nodes. */
@NullMarked
package dev.steppe.cli.pool;

import org.jspecify.annotations.NullMarked;
