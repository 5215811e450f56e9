/** Commands about nodes. */
@NullMarked
package dev.steppe.cli.node;

import org.jspecify.annotations.NullMarked;
