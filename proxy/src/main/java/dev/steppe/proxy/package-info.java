/** The data plane: one shared, unprivileged process per node. */
@NullMarked
package dev.steppe.proxy;

import org.jspecify.annotations.NullMarked;
