package dev.steppe.simulation.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** A large state is saved, inspected and restored into three new servers: how long that takes and how much memory servers use. */
public final class ArchiveBench {
    private static final PrintStream OUT = System.out;
    private static final int VALUE_BYTES = 256 << 10;
    private static final int HEAP_MEGABYTES_LEAST = 1_024;

    private ArchiveBench() {}

    /** Arguments: megabytes of the state (64), servers (3). */
    public static void main(String[] arguments) throws Exception {
        int megabytes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 64;
        int count = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
        var archive = Files.createTempFile("steppe-bench-", ".snap");
        try {
            save(megabytes, archive);
            restore(count, megabytes, archive);
        } finally {
            Files.deleteIfExists(archive);
        }
    }

    /** More than new servers ask for before they take such a state in, which is three times as much and 64 MB. */
    private static int heap(int megabytes) {
        return Math.max(HEAP_MEGABYTES_LEAST, 4 * megabytes);
    }

    private static void save(int megabytes, Path archive) throws IOException, InterruptedException {
        try (var servers = BenchServers.start(1, heap(megabytes))) {
            var server = servers.all().getFirst();
            fill(servers, server, megabytes);
            memory("before saving", server);
            command("save", server, archive);
            memory("after saving", server);
            OUT.printf("the archive has %d MB%n", Files.size(archive) >> 20);
            command("inspect", server, archive);
        }
    }

    /** Random values, which do not get smaller in an archive. */
    private static void fill(BenchServers servers, BenchServers.Server server, int megabytes)
            throws IOException, InterruptedException {
        var random = new Random(1);
        var value = new byte[VALUE_BYTES];
        for (long i = 0; i < ((long) megabytes << 20) / VALUE_BYTES; i++) {
            random.nextBytes(value);
            var key = "large/" + i;
            BenchServers.await(
                    "a key is taken", () -> servers.putKey(server, key, value).statusCode() == 200);
        }
    }

    private static void restore(int count, int megabytes, Path archive) throws IOException, InterruptedException {
        try (var servers = BenchServers.start(count, heap(megabytes))) {
            // of several the last one follows, and hands the archive on
            var asked = servers.all().getLast();
            memory("new", asked);
            command("restore", asked, archive);
            for (var server : servers.all()) {
                BenchServers.await(
                        "everything is there",
                        () -> servers.getKey(server, "large/0").statusCode() == 200);
                memory("after restoring", server);
            }
        }
    }

    private static void command(String verb, BenchServers.Server server, Path archive) throws IOException {
        long begun = System.nanoTime();
        var said = Machine.said(List.of(
                "./steppe",
                "operator",
                "snapshot",
                verb,
                "-address=http://127.0.0.1:" + server.port(),
                archive.toString()));
        OUT.printf(Locale.ROOT, "%s: %.2f s: %s%n", verb, (System.nanoTime() - begun) / 1e9, said.strip());
    }

    private static void memory(String when, BenchServers.Server server) throws IOException {
        long pid = server.process().pid();
        OUT.printf(
                "%s, server at port %d: %d MB reachable, %d MB of memory, %d MB at most so far%n",
                when,
                server.port(),
                ProcessMemory.reachableBytes(pid) >> 20,
                ProcessMemory.pssKilobytes(pid) >> 10,
                ProcessMemory.mostKilobytes(pid) >> 10);
    }
}
