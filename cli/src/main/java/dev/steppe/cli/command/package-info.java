/** What a command is: its flags and arguments as a table, and what it gets when it runs. */
@NullMarked
package dev.steppe.cli.command;

import org.jspecify.annotations.NullMarked;
