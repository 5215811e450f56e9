/** What an agent logs: its level, its form, and the file that is rotated. */
@NullMarked
package dev.steppe.agent.log;

import org.jspecify.annotations.NullMarked;
