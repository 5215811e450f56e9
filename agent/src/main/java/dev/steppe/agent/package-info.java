/** The one binary: assembly by hand, configuration, doctor, demo. */
@NullMarked
package dev.steppe.agent;

import org.jspecify.annotations.NullMarked;
