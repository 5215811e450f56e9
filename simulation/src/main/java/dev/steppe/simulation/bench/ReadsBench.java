package dev.steppe.simulation.bench;

import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reads a second of one key and one variable from three servers, each a process of its own: from the one that leads and from
 * one that follows, at each consistency. The load comes from {@code wrk}.
 */
public final class ReadsBench {
    private static final PrintStream OUT = System.out;
    private static final int SERVERS = 3;
    private static final int HEAP_MEGABYTES = 512;
    private static final List<String> CONSISTENCIES = List.of("default", "consistent", "stale");
    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
    private static final Pattern HALF = Pattern.compile("(?m)^\\s+50%\\s+(\\S+)");
    private static final Pattern LATE = Pattern.compile("(?m)^\\s+99%\\s+(\\S+)");
    private static final String VALUE = "x".repeat(100);

    private ReadsBench() {}

    /** Arguments: connections (64), seconds of each measurement (5). */
    public static void main(String[] arguments) throws Exception {
        int connections = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 64;
        int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
        if (!Files.isExecutable(Path.of("/usr/bin/wrk"))) {
            throw new IOException("wrk is not installed: apt-get install wrk");
        }
        try (var servers = BenchServers.start(SERVERS, HEAP_MEGABYTES)) {
            var leader = leader(servers);
            var follower = servers.all().stream()
                    .filter(server -> server != leader)
                    .findFirst()
                    .orElseThrow();
            write(servers, leader);
            OUT.printf("%d connections, %d s each%n", connections, seconds);
            for (var server : List.of(leader, follower)) {
                var role = server == leader ? "leader" : "follower";
                for (var kind : List.of("key", "variable")) {
                    measure(server, kind, "stale", connections, seconds, "warming up the " + role + ": ");
                    for (var consistency : CONSISTENCIES) {
                        measure(server, kind, consistency, connections, seconds, role + ", ");
                    }
                }
            }
        }
    }

    private static BenchServers.Server leader(BenchServers servers) throws IOException, InterruptedException {
        var asked = servers.all().getFirst();
        var answer = servers.get(asked, "/v1/operator/raft/configuration").body();
        try {
            if (Codec.fromJson(Object.class, answer) instanceof Map<?, ?> configuration
                    && configuration.get("Servers") instanceof List<?> members) {
                for (var each : members) {
                    if (each instanceof Map<?, ?> member && Boolean.TRUE.equals(member.get("Leader"))) {
                        var number = String.valueOf(member.get("Node")).replaceAll("^server-(\\d+).*", "$1");
                        return servers.all().get(Integer.parseInt(number));
                    }
                }
            }
        } catch (CodecException unreadable) {
            throw new IOException(answer, unreadable);
        }
        throw new IOException("nobody leads: " + answer);
    }

    private static void write(BenchServers servers, BenchServers.Server leader)
            throws IOException, InterruptedException {
        BenchServers.await(
                "a variable is taken",
                () -> servers.post(leader, "/v1/var/app", "{\"Path\":\"app\",\"Items\":{\"a\":\"" + VALUE + "\"}}")
                                .statusCode()
                        == 200);
        BenchServers.await(
                "a key is taken",
                () -> servers.putKey(leader, "app", VALUE.getBytes(StandardCharsets.UTF_8))
                                .statusCode()
                        == 200);
    }

    private static void measure(
            BenchServers.Server server, String kind, String consistency, int connections, int seconds, String what)
            throws IOException {
        var path = kind.equals("key")
                ? "http://127.0.0.1:" + server.consulPort() + "/v1/kv/app?raw"
                : "http://127.0.0.1:" + server.port() + "/v1/var/app?x";
        var asked = path + (consistency.equals("default") ? "" : "&" + consistency);
        var said = Machine.said(
                List.of("/usr/bin/wrk", "-t1", "-c" + connections, "-d" + seconds + "s", "--latency", asked));
        OUT.printf(
                Locale.ROOT,
                "%s%s, %s: %s reads/s, p50 %s, p99 %s%s%n",
                what,
                kind,
                consistency,
                first(RATE, said),
                first(HALF, said),
                first(LATE, said),
                said.contains("Non-2xx") ? ", SOME REFUSED" : "");
    }

    private static String first(Pattern pattern, String text) {
        var matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1) : "?";
    }
}
