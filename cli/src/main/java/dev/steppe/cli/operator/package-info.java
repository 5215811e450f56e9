/** Commands about agents and servers themselves. */
@NullMarked
package dev.steppe.cli.operator;

import org.jspecify.annotations.NullMarked;
