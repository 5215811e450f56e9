/** What the machine gives a node: its fingerprint, its memory on disk, and the hooks that make surroundings real. */
@NullMarked
package dev.steppe.client.node;

import org.jspecify.annotations.NullMarked;
