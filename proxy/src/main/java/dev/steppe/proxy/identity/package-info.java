/** TLS contexts from leafs, and what makes a peer's certificate an identity of the mesh. */
@NullMarked
package dev.steppe.proxy.identity;

import org.jspecify.annotations.NullMarked;
