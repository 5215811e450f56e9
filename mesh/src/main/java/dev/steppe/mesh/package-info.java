/** Snapshot to catalog, intentions and what each proxy must do. */
@NullMarked
package dev.steppe.mesh;

import org.jspecify.annotations.NullMarked;
