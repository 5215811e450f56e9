/** What the configuration of an agent says to a node, as values that its parts take. */
@NullMarked
package dev.steppe.client.settings;

import org.jspecify.annotations.NullMarked;
