/** Times that come again and again: cron expressions in time zones. */
@NullMarked
package dev.steppe.language.cron;

import org.jspecify.annotations.NullMarked;
