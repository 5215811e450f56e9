/** A published guide, followed on hosts that one machine plays. */
@NullMarked
package dev.steppe.simulation.guide;

import org.jspecify.annotations.NullMarked;
