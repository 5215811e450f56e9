/** What happened in the state lately, for those who follow it. */
@NullMarked
package dev.steppe.api.event;

import org.jspecify.annotations.NullMarked;
