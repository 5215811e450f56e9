/** A server under churn: its own work takes the time it really takes, everything around it is on virtual time. */
@NullMarked
package dev.steppe.simulation.bench.churn;

import org.jspecify.annotations.NullMarked;
