/** Who may call whom: intentions in order of precedence, and why a call is allowed or refused. */
@NullMarked
package dev.steppe.mesh.intention;

import org.jspecify.annotations.NullMarked;
