/** Who may read what. */
@NullMarked
package dev.steppe.security.access;

import org.jspecify.annotations.NullMarked;
