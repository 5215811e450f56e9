/** Commands about jobs, and the monitor that follows one while it starts. */
@NullMarked
package dev.steppe.cli.job;

import org.jspecify.annotations.NullMarked;
