/** What agents ask each other over mutual TLS. */
@NullMarked
package dev.steppe.api.agents;

import org.jspecify.annotations.NullMarked;
