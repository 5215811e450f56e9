/** Tasks as processes that outlive the agent: launched behind a reaper, found again, watched, stopped. Blocking. */
@NullMarked
package dev.steppe.io.process;

import org.jspecify.annotations.NullMarked;
