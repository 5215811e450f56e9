package dev.steppe.proxy.process;

import dev.steppe.io.linux.ProcessIdentity;
import dev.steppe.mesh.configuration.Address;
import dev.steppe.mesh.configuration.Inbound;
import dev.steppe.mesh.configuration.IntentionPolicy;
import dev.steppe.mesh.configuration.IntentionRule;
import dev.steppe.mesh.configuration.IntentionRule.Action;
import dev.steppe.mesh.configuration.NetworkNamespace;
import dev.steppe.mesh.configuration.Sidecar;
import dev.steppe.mesh.configuration.Upstream;
import dev.steppe.proxy.TestAuthority;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Prints what a proxy and its broker cost with many allocations: arguments are their number, then JVM options. */
public final class MemoryTrial {
    private static final int CALLS = 2_000;

    private MemoryTrial() {}

    public static void main(String[] arguments) throws Exception {
        int count = Integer.parseInt(arguments[0]);
        var options = Arrays.asList(arguments).subList(1, arguments.length);
        try (var mesh = new TestMesh()) {
            var addresses = new ArrayList<Address>();
            for (int i = 0; i < count; i++) {
                mesh.namespace("a" + i);
                addresses.add(TestMesh.freeAddress());
            }
            var service = mesh.service("a0", "first");
            for (int i = 0; i < count; i++) {
                put(mesh, i, addresses, service.address());
            }
            long begin = System.nanoTime();
            var proxy = NodeProxy.start(mesh.settings(options));
            long started = System.nanoTime();
            try {
                print(proxy, "idle, no configuration");
                var problems = proxy.apply(mesh.configuration());
                long applied = System.nanoTime();
                System.out.printf(
                        "start %d ms, apply of %d allocations %d ms %s%n",
                        (started - begin) / 1_000_000, count, (applied - started) / 1_000_000, problems);
                print(proxy, "configured");
                long first = System.nanoTime();
                for (int i = 0; i < CALLS; i++) {
                    call(mesh, "a" + (1 + i % (count - 1)));
                }
                System.out.printf(
                        "%d us for each call, one after the other%n", (System.nanoTime() - first) / CALLS / 1_000);
                print(proxy, "after " + CALLS + " calls");
                long until = System.nanoTime() + 8_000_000_000L;
                while (System.nanoTime() < until) {
                    java.util.concurrent.locks.LockSupport.parkNanos(until - System.nanoTime());
                }
                print(proxy, "8 seconds later");
                if (Boolean.getBoolean("pause")) {
                    System.in.read();
                }
            } finally {
                proxy.stop();
            }
        }
    }

    /** Everybody calls the first one. */
    private static void put(TestMesh mesh, int index, List<Address> addresses, Address target) {
        var policy = new IntentionPolicy(List.of(new IntentionRule("*", "*", Action.ALLOW)), Action.DENY);
        String name = "service-" + index;
        mesh.put(new Sidecar(
                "a" + index,
                name,
                new NetworkNamespace.Named("a" + index),
                mesh.authority().leaf(name),
                Optional.of(new Inbound(addresses.get(index), target, policy)),
                List.of(new Upstream(
                        new Address("127.0.0.1", TestMesh.UPSTREAM_PORT),
                        "service-0",
                        TestAuthority.id("service-0"),
                        List.of(addresses.get(0))))));
    }

    private static void call(TestMesh mesh, String namespace) throws IOException, InterruptedException {
        try (var socket = mesh.dial(namespace)) {
            socket.getOutputStream().write("x".getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!answer.equals("first\nx")) {
                throw new IOException("answered " + answer);
            }
        }
    }

    private static void print(NodeProxy proxy, String when) throws IOException {
        var one = proxy.proxyProcess().orElseThrow();
        var other = proxy.brokerProcess().orElseThrow();
        System.out.printf(
                "%-26s proxy %5.1f MB %4d fds, broker %5.1f MB %4d fds, together %.1f MB PSS%n",
                when, pss(one), descriptors(one), pss(other), descriptors(other), pss(one) + pss(other));
    }

    private static double pss(ProcessIdentity process) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/smaps_rollup"))) {
            if (line.startsWith("Pss:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
            }
        }
        throw new IOException("no Pss");
    }

    private static long descriptors(ProcessIdentity process) throws IOException {
        try (var entries = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            return entries.count();
        }
    }
}
