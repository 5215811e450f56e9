/** What the agent measures, in the names that dashboards know. */
@NullMarked
package dev.steppe.api.metrics;

import org.jspecify.annotations.NullMarked;
