/** Paths of applications that are reachable without an identity. */
@NullMarked
package dev.steppe.proxy.exposed;

import org.jspecify.annotations.NullMarked;
