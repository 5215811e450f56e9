/** How the members of a log reach each other: connections, and what the engine sends over them. */
@NullMarked
package dev.steppe.consensus.transport;

import org.jspecify.annotations.NullMarked;
