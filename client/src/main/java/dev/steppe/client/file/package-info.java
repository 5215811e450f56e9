/** Files that the agent puts into the directories of tasks, where the tasks themselves may change everything. */
@NullMarked
package dev.steppe.client.file;

import org.jspecify.annotations.NullMarked;
