/** The demonstration: the whole product on one machine, step by step, also as the first acceptance test. */
@NullMarked
package dev.steppe.agent.demo;

import org.jspecify.annotations.NullMarked;
