/** What keeps secrets secret where they are stored: sealing, data keys and the root key that wraps them. */
@NullMarked
package dev.steppe.security.keyring;

import org.jspecify.annotations.NullMarked;
