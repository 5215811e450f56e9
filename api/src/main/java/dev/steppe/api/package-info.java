/** The edge: HTTP dialects and DNS. What the dialects need of servers and nodes is said here. */
@NullMarked
package dev.steppe.api;

import org.jspecify.annotations.NullMarked;
