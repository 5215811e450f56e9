/** Bytes between an application's connection and a tunnel: back-pressure, half-close, abort. */
@NullMarked
package dev.steppe.proxy.relay;

import org.jspecify.annotations.NullMarked;
