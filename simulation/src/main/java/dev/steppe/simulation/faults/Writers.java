package dev.steppe.simulation.faults;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Many that read and replace the same few registers through different agents, and remember what they were told. */
final class Writers implements AutoCloseable {
    private static final int REGISTERS = 4;
    private static final int WRITERS_AN_AGENT = 3;
    private static final int PAUSE_MILLIS = 120;
    private static final Duration WITHIN = Duration.ofSeconds(10);
    private static final int PROBE_EVERY_MILLIS = 100;
    private static final Duration PROBE_WITHIN = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(240);

    private final Map<String, History> histories = new TreeMap<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong values = new AtomicLong();
    private final AtomicLong unknown = new AtomicLong();
    private final AtomicLong conflicts = new AtomicLong();

    Writers(List<RealAgent> agents, long seed) {
        for (int number = 0; number < REGISTERS; number++) {
            for (var register : List.of("/v1/kv/register/" + number, "/v1/var/register/" + number)) {
                histories.put(register, new History(register));
            }
        }
        for (var agent : agents) {
            for (int number = 0; number < WRITERS_AN_AGENT; number++) {
                var random = new Random(seed + threads.size());
                threads.add(Thread.ofVirtual().start(() -> write(agent, random)));
            }
        }
    }

    private void write(RealAgent agent, Random random) {
        var registers = List.copyOf(histories.keySet());
        while (!Thread.currentThread().isInterrupted()) {
            try {
                TimeUnit.MILLISECONDS.sleep(random.nextInt(PAUSE_MILLIS));
                replace(agent, registers.get(random.nextInt(registers.size())));
            } catch (IOException unanswered) {
                unknown.incrementAndGet();
            } catch (InterruptedException over) {
                return;
            }
        }
    }

    private void replace(RealAgent agent, String register) throws IOException, InterruptedException {
        var history = history(register);
        long begun = System.nanoTime();
        var present = read(agent, register);
        history.see(present.value, begun, System.nanoTime(), agent.name());
        var value = agent.name() + "-" + values.incrementAndGet();
        history.attempt(value, present.value);
        begun = System.nanoTime();
        var answer = put(agent, register + "?cas=" + present.index, value, WITHIN);
        long ended = System.nanoTime();
        boolean done = answer.statusCode() == 200 && !answer.body().strip().equals("false");
        if (done) {
            history.acknowledge(value, present.index, begun, ended);
        } else if (answer.statusCode() == 409 || answer.statusCode() == 200) {
            conflicts.incrementAndGet();
            history.refuse(value, agent.name());
        } else {
            unknown.incrementAndGet();
        }
    }

    private History history(String register) {
        return Objects.requireNonNull(histories.get(register), register);
    }

    private record Present(String value, long index) {}

    private static boolean isKey(String register) {
        return register.startsWith("/v1/kv/");
    }

    private static HttpResponse<String> put(RealAgent agent, String pathAndQuery, String value, Duration within)
            throws IOException, InterruptedException {
        if (isKey(pathAndQuery)) {
            return agent.consul("PUT", pathAndQuery, value, within);
        }
        var path = pathAndQuery.replaceFirst("^/v1/var/", "").replaceFirst("\\?.*", "");
        return agent.nomad(
                "PUT", pathAndQuery, "{\"Path\":\"" + path + "\",\"Items\":{\"v\":\"" + value + "\"}}", within);
    }

    private static Present read(RealAgent agent, String register) throws IOException, InterruptedException {
        boolean key = isKey(register);
        var answer = key ? agent.consul("GET", register, "", WITHIN) : agent.nomad("GET", register, "", WITHIN);
        if (answer.statusCode() == 404) {
            return new Present(History.NOTHING, 0);
        }
        var document = RealAgent.parsed(answer);
        var row = key ? ((List<?>) document).getFirst() : document;
        var index = ((Number) RealAgent.field(row, "ModifyIndex")).longValue();
        var value = key
                ? new String(
                        Base64.getDecoder().decode(RealAgent.field(row, "Value").toString()), StandardCharsets.UTF_8)
                : RealAgent.field(RealAgent.field(row, "Items"), "v").toString();
        return new Present(value, index);
    }

    /**
     * How long until a write is accepted that began from now on, whichever of these agents takes it. Each is asked every so
     * often, also while earlier requests hang at a server that does not answer any more.
     */
    Duration untilAccepted(List<RealAgent> agents) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        var accepted = new CompletableFuture<Long>();
        var probes = new ArrayList<Thread>();
        while (!accepted.isDone() && System.nanoTime() - begun < PATIENCE.toNanos()) {
            for (var agent : agents) {
                probes.add(Thread.ofVirtual().start(() -> probe(agent, accepted)));
            }
            TimeUnit.MILLISECONDS.sleep(PROBE_EVERY_MILLIS);
        }
        probes.forEach(Thread::interrupt);
        if (!accepted.isDone()) {
            throw new IOException("no write was accepted within " + PATIENCE.toSeconds() + " s");
        }
        return Duration.ofNanos(accepted.join() - begun);
    }

    private static void probe(RealAgent agent, CompletableFuture<Long> accepted) {
        try {
            if (put(agent, "/v1/kv/probe/" + agent.name(), "x", PROBE_WITHIN).statusCode() == 200) {
                accepted.complete(System.nanoTime());
            }
        } catch (IOException notYet) {
            Thread.yield();
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }

    /** What contradicts what anybody was told; each register is read through another server. */
    List<String> contradictions(List<RealAgent> servers) throws IOException, InterruptedException {
        var found = new ArrayList<String>();
        int next = 0;
        for (var entry : histories.entrySet()) {
            long begun = System.nanoTime();
            var present = read(servers.get(next++ % servers.size()), entry.getKey());
            found.addAll(entry.getValue().contradictions(present.value, begun));
        }
        return found;
    }

    int acknowledged() {
        return histories.values().stream().mapToInt(History::acknowledgedCount).sum();
    }

    String counts() {
        return acknowledged() + " check-and-set writes acknowledged, " + conflicts.get()
                + " refused because another was first, " + unknown.get() + " requests without an answer";
    }

    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
    }
}
