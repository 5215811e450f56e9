package dev.steppe.client;

import dev.steppe.client.allocation.AllocationRunner;
import dev.steppe.io.Loop;
import dev.steppe.model.DisconnectStrategy;
import java.time.Duration;
import java.util.Collection;

/**
 * Since when no server was heard of, and which allocations end because of that: those whose group says {@code disconnect {
 * stop_on_client_after }}. What counts is when the last word was sent that a server answered: the server cannot have heard
 * of this node earlier. Times are those of {@link Loop#uptime}: setting the clock ends nothing, and a machine that slept has been
 * silent meanwhile. Owned by the client's loop.
 */
final class Silence {
    private Duration answeredWord;

    /** An agent that has just started counts from then. */
    Silence(Duration now) {
        answeredWord = now;
    }

    /** A server answered what was sent then. */
    void answered(Duration sentAt) {
        if (sentAt.compareTo(answeredWord) > 0) {
            answeredWord = sentAt;
        }
    }

    /** Ends what must not run any longer without a server. */
    void look(Collection<AllocationRunner> runners, Duration now) {
        for (AllocationRunner runner : runners) {
            var limit = runner.surroundings().group().disconnect().flatMap(DisconnectStrategy::stopOnClientAfter);
            if (limit.isPresent() && now.minus(answeredWord).compareTo(limit.get()) >= 0) {
                runner.abandon(
                        "no server was heard of for " + text(limit.get()) + ": stopped as stop_on_client_after says");
            }
        }
    }

    private static String text(Duration limit) {
        return limit.toString().substring(2).toLowerCase(java.util.Locale.ROOT);
    }
}
