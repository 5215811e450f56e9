package dev.steppe.agent.demo;

import dev.steppe.client.network.NetworkChecks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Looks whether anything of the demonstration is left on the machine. */
final class Leftovers {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long POLL_NANOS = 50_000_000;

    private Leftovers() {}

    /** Says that nothing is left, or fails naming what is; what was told to end may take a moment. */
    static String none(Path directory) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        var left = found(directory);
        while (!left.isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(POLL_NANOS);
            left = found(directory);
        }
        if (!left.isEmpty()) {
            throw new IOException("left behind: " + left);
        }
        return "no process, no mount, no interface";
    }

    private static List<String> found(Path directory) throws IOException {
        var left = new ArrayList<String>();
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            if (line.contains(directory.toString())) {
                left.add("mount " + line.split(" ", 6)[4]);
            }
        }
        ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(process -> process.info()
                        .arguments()
                        .map(arguments -> List.of(arguments).stream().anyMatch(it -> it.contains(directory.toString())))
                        .orElse(false))
                .forEach(process -> left.add("process " + process.pid()));
        if (NetworkChecks.isThere(AgentProcess.BRIDGE)) {
            left.add("interface " + AgentProcess.BRIDGE);
        }
        return left;
    }
}
