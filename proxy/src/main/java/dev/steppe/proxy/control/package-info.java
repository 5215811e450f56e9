/** The proxy's control socket: apply the configuration, report, drain. */
@NullMarked
package dev.steppe.proxy.control;

import org.jspecify.annotations.NullMarked;
