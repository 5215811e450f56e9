/** Counters and the bounded record of refusals. */
@NullMarked
package dev.steppe.proxy.report;

import org.jspecify.annotations.NullMarked;
