/** Commands about tokens. */
@NullMarked
package dev.steppe.cli.access;

import org.jspecify.annotations.NullMarked;
