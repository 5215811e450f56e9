/** What a node reads from the servers for its tasks: variables, keys, services. */
@NullMarked
package dev.steppe.client.data;

import org.jspecify.annotations.NullMarked;
