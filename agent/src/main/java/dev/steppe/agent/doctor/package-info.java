/** The doctor: looks whether this machine can run Steppe, says what to do, and repairs what is safe to repair. */
@NullMarked
package dev.steppe.agent.doctor;

import org.jspecify.annotations.NullMarked;
