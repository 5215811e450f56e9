package dev.steppe.agent;

import dev.steppe.api.agents.AgentWords;
import dev.steppe.io.Loop;
import dev.steppe.wire.network.AgentCalls;
import dev.steppe.wire.network.HostPort;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Asks the other servers again and again whether they are there, so that each server knows it by itself, also while nobody
 * leads. Asked from any thread; {@link #look} belongs to the loop.
 */
final class ServerWatch {
    private static final Duration WITHIN = Duration.ofSeconds(3);
    /** Two questions that came to nothing. */
    private static final Duration SILENT_AFTER = Duration.ofSeconds(6);

    private final Loop loop;
    private final AgentCalls calls;
    private final ConcurrentHashMap<HostPort, Long> heardNanos = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<HostPort, Integer> formats = new ConcurrentHashMap<>();
    private final Set<HostPort> asked = ConcurrentHashMap.newKeySet();

    ServerWatch(Loop loop, AgentCalls calls) {
        this.loop = loop;
        this.calls = calls;
    }

    /** Asks those of which no answer is due. */
    void look(Collection<HostPort> others) {
        heardNanos.keySet().retainAll(others);
        formats.keySet().retainAll(others);
        for (HostPort other : others) {
            // somebody nobody asked yet has the time of two questions
            heardNanos.putIfAbsent(other, System.nanoTime());
            if (asked.add(other)) {
                loop.<Integer>offload("watch-server", () -> ask(other), outcome -> {
                    asked.remove(other);
                    if (outcome instanceof Loop.Outcome.Done<Integer> done) {
                        formats.put(other, done.value());
                        heardNanos.computeIfPresent(other, (server, before) -> System.nanoTime());
                    }
                });
            }
        }
    }

    /** The format of the log that it understands. */
    private int ask(HostPort other) throws Exception {
        var answer = calls.ask(other, AgentCalls.Call.get(AgentWords.STANDING), WITHIN);
        return AgentWords.logFormat(answer.header(AgentWords.LOG_FORMAT));
    }

    /** The format of the log that a server understands; empty of one that did not answer lately. */
    Optional<Integer> logFormat(HostPort server) {
        return answers(server) ? Optional.ofNullable(formats.get(server)) : Optional.empty();
    }

    /** Whether the server answered lately; of one that is not watched nothing else is known. */
    boolean answers(HostPort server) {
        var heard = heardNanos.get(server);
        return heard == null || System.nanoTime() - heard < SILENT_AFTER.toNanos();
    }
}
