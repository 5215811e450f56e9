/** The leader: controllers, broker, plan applier, one endpoint class per noun. */
@NullMarked
package dev.steppe.server;

import org.jspecify.annotations.NullMarked;
