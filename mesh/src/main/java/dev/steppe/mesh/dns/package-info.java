/** What names under the mesh's domain mean, and what the catalog says about them; the protocol itself is elsewhere. */
@NullMarked
package dev.steppe.mesh.dns;

import org.jspecify.annotations.NullMarked;
