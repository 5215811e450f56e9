/** What the proxy of each node must do: the neutral configuration without the keys, which the node alone holds. */
@NullMarked
package dev.steppe.mesh.proxy;

import org.jspecify.annotations.NullMarked;
