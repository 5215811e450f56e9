/** The JSON of the APIs as a small ordered tree. */
@NullMarked
package dev.steppe.cli.json;

import org.jspecify.annotations.NullMarked;
