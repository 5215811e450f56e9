/** The small privileged process that opens sockets inside network namespaces and keeps the listening ones. */
@NullMarked
package dev.steppe.proxy.broker;

import org.jspecify.annotations.NullMarked;
