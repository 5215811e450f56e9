/** The form of a saved state, and what is read of it by the servers that restore it and the command line that checks it. */
@NullMarked
package dev.steppe.model.archive;

import org.jspecify.annotations.NullMarked;
