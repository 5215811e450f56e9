/** Tests of the replicated log. */
@NullMarked
package dev.steppe.consensus.transport;

import org.jspecify.annotations.NullMarked;
