/** Text to values, pure: HCL2, version constraints, durations. */
@NullMarked
package dev.steppe.language;

import org.jspecify.annotations.NullMarked;
