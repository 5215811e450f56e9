/** The edge: HTTP dialects and DNS. */
@NullMarked
package dev.steppe.api;

import org.jspecify.annotations.NullMarked;
