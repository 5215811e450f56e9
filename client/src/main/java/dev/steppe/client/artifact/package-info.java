/** Artifacts of tasks: files and archives fetched over HTTP before a task starts for the first time. */
@NullMarked
package dev.steppe.client.artifact;

import org.jspecify.annotations.NullMarked;
