/** The output of tasks: from the file a task writes to into numbered files of bounded size and number. */
@NullMarked
package dev.steppe.client.log;

import org.jspecify.annotations.NullMarked;
