/** Templates of tasks: rendered before a task starts, and again when what they show has changed. */
@NullMarked
package dev.steppe.client.template;

import org.jspecify.annotations.NullMarked;
