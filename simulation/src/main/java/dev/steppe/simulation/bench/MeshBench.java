package dev.steppe.simulation.bench;

import dev.steppe.io.linux.ProcessIdentity;
import dev.steppe.mesh.configuration.Address;
import dev.steppe.mesh.configuration.Inbound;
import dev.steppe.mesh.configuration.IntentionPolicy;
import dev.steppe.mesh.configuration.IntentionRule.Action;
import dev.steppe.mesh.configuration.NetworkNamespace;
import dev.steppe.mesh.configuration.ProxyConfiguration;
import dev.steppe.mesh.configuration.Sidecar;
import dev.steppe.mesh.configuration.SpiffeId;
import dev.steppe.mesh.configuration.Upstream;
import dev.steppe.proxy.process.NodeProxy;
import dev.steppe.proxy.process.NodeProxySettings;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The mesh through both hops: wrk, proxy A, mutual TLS 1.3, proxy B, nginx with 1 KiB; two proxy processes, as on two nodes.
 * Beside it, in the same run and on the same machine: direct, and a pair of nginx stream proxies with mutual TLS. Arguments:
 * seconds for each figure (4), further JVM options of the proxies.
 */
public final class MeshBench {
    private static final PrintStream OUT = System.out;
    private static final String WRK = "/usr/bin/wrk";
    private static final int WARM_UP_SECONDS = 8;

    private final Path directory;
    private final int seconds;
    private final BenchIdentities identities = new BenchIdentities();
    private final List<AutoCloseable> running = new ArrayList<>();

    private MeshBench(Path directory, int seconds) {
        this.directory = directory;
        this.seconds = seconds;
    }

    /** What is measured: where wrk connects and which processes do the relaying. */
    private record Subject(String name, Address entry, List<Long> processes) {}

    public static void main(String[] arguments) throws Exception {
        if (!Files.isExecutable(Path.of(WRK))) {
            OUT.println("skipped: wrk is missing (Debian: apt-get install wrk)");
            return;
        }
        if (!BenchNginx.isInstalled()) {
            OUT.println(
                    "skipped: nginx is missing, it is the origin (Debian: apt-get install nginx libnginx-mod-stream)");
            return;
        }
        var directory = Files.createTempDirectory("steppe-bench-mesh");
        var bench = new MeshBench(directory, arguments.length == 0 ? 4 : Integer.parseInt(arguments[0]));
        try {
            bench.run(Arrays.asList(arguments).subList(Math.min(1, arguments.length), arguments.length));
        } finally {
            for (AutoCloseable each : bench.running.reversed()) {
                each.close();
            }
            try (var files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private void run(List<String> jvmOptions) throws Exception {
        Address origin = freeAddress();
        start(BenchNginx.origin(directory.resolve("origin"), origin));
        var subjects = new ArrayList<Subject>();
        subjects.add(new Subject("direct", origin, List.of()));
        if (BenchNginx.hasStream()) {
            subjects.add(nginxPair(origin));
        } else {
            OUT.println(
                    "nginx pair skipped: libnginx-mod-stream is missing (Debian: apt-get install libnginx-mod-stream)");
        }
        subjects.add(steppePair(origin, jvmOptions));
        OUT.printf(
                Locale.ROOT,
                "%d cores, load %s, %d s for each figure, 1 KiB answers%n",
                Runtime.getRuntime().availableProcessors(),
                Files.readString(Path.of("/proc/loadavg")).split(" ")[0],
                seconds);
        for (Subject subject : subjects) {
            wrk(subject, 16, WARM_UP_SECONDS, false);
            wrk(subject, 16, WARM_UP_SECONDS / 2, true);
        }
        OUT.printf("%-24s %11s %9s %9s %9s %12s%n", "", "connections", "req/s", "p50 ms", "p99 ms", "CPU us/req");
        for (int connections : new int[] {1, 16, 64}) {
            for (Subject subject : subjects) {
                OUT.println(wrk(subject, connections, seconds, false));
            }
        }
        for (Subject subject : subjects) {
            OUT.println(wrk(subject, 16, seconds, true));
        }
        for (Subject subject : subjects) {
            if (!subject.processes().isEmpty()) {
                OUT.printf(Locale.ROOT, "%-24s %.1f MB PSS%n", subject.name(), pss(subject.processes()));
            }
        }
    }

    private void start(AutoCloseable process) {
        running.add(process);
    }

    private Subject nginxPair(Address origin) throws Exception {
        Address entry = freeAddress();
        Address middle = freeAddress();
        var caller = BenchNginx.stream(
                directory.resolve("nginx-a"), identities.leaf("caller"), identities.rootPem(), entry, middle, true);
        start(caller);
        var destination = BenchNginx.stream(
                directory.resolve("nginx-b"), identities.leaf("engine"), identities.rootPem(), middle, origin, false);
        start(destination);
        var processes = new ArrayList<>(caller.processes());
        processes.addAll(destination.processes());
        return new Subject("nginx stream pair", entry, processes);
    }

    private Subject steppePair(Address origin, List<String> jvmOptions) throws Exception {
        Address entry = freeAddress();
        Address middle = freeAddress();
        var caller = proxy("steppe-a", jvmOptions);
        var destination = proxy("steppe-b", jvmOptions);
        var host = new NetworkNamespace.Host();
        SpiffeId engine = identities.id("engine");
        destination.apply(new ProxyConfiguration(
                1,
                identities.trust(),
                List.of(new Sidecar(
                        "b",
                        "engine",
                        host,
                        identities.leaf("engine"),
                        Optional.of(new Inbound(middle, origin, new IntentionPolicy(List.of(), Action.ALLOW))),
                        List.of()))));
        caller.apply(new ProxyConfiguration(
                1,
                identities.trust(),
                List.of(new Sidecar(
                        "a",
                        "caller",
                        host,
                        identities.leaf("caller"),
                        Optional.empty(),
                        List.of(new Upstream(entry, "engine", engine, List.of(middle)))))));
        return new Subject("steppe pair", entry, List.of(pid(caller), pid(destination)));
    }

    private NodeProxy proxy(String name, List<String> jvmOptions) throws IOException {
        var classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .toList();
        var proxy = NodeProxy.start(new NodeProxySettings(
                directory.resolve(name),
                Path.of(System.getProperty("java.home"), "bin", "java"),
                classPath,
                Optional.empty(),
                Optional.empty(),
                jvmOptions));
        start(proxy::stop);
        return proxy;
    }

    private static long pid(NodeProxy proxy) {
        return proxy.proxyProcess().map(ProcessIdentity::pid).orElseThrow();
    }

    /** One figure. With {@code close} every request has a connection of its own. */
    private String wrk(Subject subject, int connections, int duration, boolean close) throws Exception {
        long cpuBefore = cpuMillis(subject.processes());
        var command = new ArrayList<>(List.of(
                WRK,
                "-t1",
                "-c" + connections,
                "-d" + duration + "s",
                "--latency",
                "http://" + subject.entry() + "/1k"));
        if (close) {
            command.addAll(List.of("-H", "Connection: close"));
        }
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        double cpu = cpuMillis(subject.processes()) - cpuBefore;
        double rate = Double.parseDouble(field(text, "Requests/sec:"));
        double requests = Double.parseDouble(word(text, " requests in "));
        String errors = text.contains("Socket errors")
                ? " (" + line(text, "Socket errors").trim() + ")"
                : "";
        return String.format(
                Locale.ROOT,
                "%-24s %11s %9.0f %9.2f %9.2f %12s%s",
                subject.name(),
                close ? connections + " new" : connections,
                rate,
                millis(field(text, "50%")),
                millis(field(text, "99%")),
                subject.processes().isEmpty() ? "-" : String.format(Locale.ROOT, "%.1f", cpu * 1_000 / requests),
                errors);
    }

    private static String field(String text, String label) {
        return line(text, label).replace(label, "").trim();
    }

    private static String line(String text, String label) {
        return text.lines()
                .filter(line -> label.endsWith("%") ? line.trim().startsWith(label) : line.contains(label))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("wrk printed no '" + label + "': " + text));
    }

    private static String word(String text, String after) {
        return line(text, after).trim().split(" ")[0];
    }

    private static double millis(String text) {
        double number = Double.parseDouble(text.replaceAll("[a-z]", ""));
        return text.endsWith("us") ? number / 1_000 : text.endsWith("ms") ? number : number * 1_000;
    }

    /** User and system time, which Linux counts in hundredths of a second. */
    private static long cpuMillis(List<Long> processes) throws IOException {
        long ticks = 0;
        for (long process : processes) {
            String stat = Files.readString(Path.of("/proc/" + process + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        }
        return ticks * 10;
    }

    private static double pss(List<Long> processes) throws IOException {
        long kilobytes = 0;
        for (long process : processes) {
            for (String line : Files.readAllLines(Path.of("/proc/" + process + "/smaps_rollup"))) {
                if (line.startsWith("Pss:")) {
                    kilobytes += Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
        }
        return kilobytes / 1024.0;
    }

    private static Address freeAddress() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new Address("127.0.0.1", socket.getLocalPort());
        }
    }
}
