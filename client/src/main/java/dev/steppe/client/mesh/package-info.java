/** The node's part in the mesh: identities of its allocations and the configuration of its proxy. */
@NullMarked
package dev.steppe.client.mesh;

import org.jspecify.annotations.NullMarked;
