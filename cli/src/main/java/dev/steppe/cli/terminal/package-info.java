/** What a person sees: tables, blocks of keys and values, times, colours. */
@NullMarked
package dev.steppe.cli.terminal;

import org.jspecify.annotations.NullMarked;
