/** The agent's own log, for those who watch it from elsewhere. */
@NullMarked
package dev.steppe.api.log;

import org.jspecify.annotations.NullMarked;
