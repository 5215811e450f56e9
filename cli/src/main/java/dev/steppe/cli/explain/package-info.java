/** Why something is as it is, and what would help. */
@NullMarked
package dev.steppe.cli.explain;

import org.jspecify.annotations.NullMarked;
