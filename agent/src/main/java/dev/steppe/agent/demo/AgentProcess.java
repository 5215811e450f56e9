package dev.steppe.agent.demo;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The agent of the demonstration: a process of its own, so that it can be killed and started again. */
final class AgentProcess {
    /** Its own, so that it runs beside an agent that has the usual ones. */
    static final String BRIDGE = "steppe-demo0";

    private static final String BRIDGE_SUBNET = "172.26.80.0/20";

    private static final long STOP_SECONDS = 120;

    private final Path directory;
    private final Ports ports;
    private Optional<Process> process = Optional.empty();

    /** The ports it listens on. */
    record Ports(int nomad, int consul, int dns) {}

    AgentProcess(Path directory, Ports ports) {
        this.directory = directory;
        this.ports = ports;
    }

    void start() throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> !argument.startsWith("-XX:AOTCacheOutput"))
                .toList());
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                "dev.steppe.agent.Main",
                "agent",
                "-dev",
                "-default-intention=deny",
                "-data-dir=" + directory,
                "-bridge=" + BRIDGE,
                "-bridge-subnet=" + BRIDGE_SUBNET,
                "-nomad-port=" + ports.nomad(),
                "-consul-port=" + ports.consul(),
                "-dns-port=" + ports.dns()));
        process = Optional.of(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start());
    }

    Path log() {
        return directory.resolveSibling(directory.getFileName() + ".log");
    }

    /** Ends it at once, as a crash would. */
    void kill() throws InterruptedException {
        var killed = process.orElseThrow();
        killed.destroyForcibly();
        killed.waitFor();
    }

    /**
     * Asks it to stop and remove everything; one that was killed is started once more for that. False when it did not do
     * so in time.
     */
    boolean stop() throws IOException, InterruptedException {
        if (process.isEmpty()) {
            return true;
        }
        if (!isAlive()) {
            start();
        }
        process.get().destroy();
        boolean ended = process.get().waitFor(STOP_SECONDS, TimeUnit.SECONDS);
        process = Optional.empty();
        return ended;
    }

    boolean isAlive() {
        return process.map(Process::isAlive).orElse(false);
    }
}
