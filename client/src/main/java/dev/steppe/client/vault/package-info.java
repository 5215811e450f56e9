/** Secrets of a store that speaks Vault's dialect, for the tasks of this node. */
@NullMarked
package dev.steppe.client.vault;

import org.jspecify.annotations.NullMarked;
