/** Where the log lines of the engine, and of other libraries that speak SLF4J, go. */
@NullMarked
package dev.steppe.consensus.logging;

import org.jspecify.annotations.NullMarked;
