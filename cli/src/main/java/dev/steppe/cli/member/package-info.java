/** Commands about the agents themselves. */
@NullMarked
package dev.steppe.cli.member;

import org.jspecify.annotations.NullMarked;
