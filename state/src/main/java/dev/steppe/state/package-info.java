/** The replicated state machine: commands, tables, immutable snapshots, watches. */
@NullMarked
package dev.steppe.state;

import org.jspecify.annotations.NullMarked;
