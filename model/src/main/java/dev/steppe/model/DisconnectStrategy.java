package dev.steppe.model;

import dev.steppe.model.codec.Default;
import java.time.Duration;
import java.util.Optional;

/** What happens to instances on a node that does not answer, there and elsewhere. */
public record DisconnectStrategy(
        Optional<Duration> lostAfter,
        Optional<Duration> stopOnClientAfter,
        @Default("true") boolean replace,
        @Default("best_score") String reconcile) {}
