/** The protocol {@code steppe/1} between two proxies, inside TLS: calls one after the other, answers with reasons, half-close. */
@NullMarked
package dev.steppe.proxy.tunnel;

import org.jspecify.annotations.NullMarked;
