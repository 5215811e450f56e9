package dev.steppe.agent;

import dev.steppe.client.allocation.Kept;
import dev.steppe.client.driver.DockerDriver;
import dev.steppe.client.driver.Driver;
import dev.steppe.client.driver.DriverException;
import dev.steppe.client.driver.ProcessTasks;
import dev.steppe.client.network.BridgingImpossibleException;
import dev.steppe.client.network.NetworkChecks;
import dev.steppe.client.network.Networks;
import dev.steppe.client.node.FileShelf;
import dev.steppe.client.node.Leftovers;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.model.AllocationId;
import dev.steppe.model.Task;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * {@code steppe agent cleanup}: removes from the machine what a stopped agent leaves there for the next one. Its data stay.
 */
final class CleanupCommand {
    private static final String USAGE = """
            Usage: steppe agent cleanup [-force] [options of steppe agent]

              An agent that stops leaves its tasks running, and the proxy, bridge, namespaces, packet
              filter rules and control groups they need, so that the next agent takes them over. This
              removes them when no agent shall follow. The data directory stays as it is.

              The options of steppe agent, such as -config and -data-dir, say which agent is meant.

            Options:
              -force      end what still runs, with each task's kill_signal and kill_timeout

            Exit code: 0 when nothing is left, 1 while the agent runs or its tasks do.
            """;

    private final AgentOptions options;
    private final PrintStream out;

    private CleanupCommand(AgentOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    /** Runs the command; the arguments are those behind its name. */
    static int run(List<String> arguments, Map<String, String> environment, PrintStream out, PrintStream err) {
        var ofAgent = new ArrayList<>(arguments);
        boolean force = ofAgent.removeIf(word -> word.matches("--?force"));
        if (ofAgent.stream().anyMatch(word -> word.matches("-h|--?help"))) {
            out.print(USAGE);
            return 0;
        }
        if (ofAgent.stream().noneMatch(word -> word.matches("--?(config|dev|server|client)(=.*)?"))) {
            // whatever else it was, only a client has left something
            ofAgent.add("-client");
        }
        var parsed = AgentArguments.parse(ofAgent, environment, LinuxCalls.isRoot());
        if (parsed.options().isEmpty()) {
            err.println(parsed.trouble());
            return 1;
        }
        try {
            return new CleanupCommand(parsed.options().get(), out).run(force, err);
        } catch (DataClaim.TakenException running) {
            err.println("steppe agent cleanup: " + running.getMessage() + ": stop it first");
            return 1;
        } catch (IOException failed) {
            err.println("steppe agent cleanup: " + failed.getMessage());
            return 1;
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private int run(boolean force, PrintStream err) throws IOException, InterruptedException {
        if (!Files.isDirectory(options.dataDirectory())) {
            err.println("steppe agent cleanup: there is no data directory " + options.dataDirectory());
            return 1;
        }
        try (var parts = new Parts()) {
            parts.add(DataClaim.take(options.dataDirectory()));
            var shelf = parts.add(new FileShelf(options.clientDirectory().resolve("allocations")));
            var live = shelf.all().stream().filter(kept -> !kept.isDestroyed()).toList();
            if (!live.isEmpty() && !force) {
                err.println("steppe agent cleanup: " + live.size()
                        + (live.size() == 1 ? " allocation is" : " allocations are")
                        + " not over: start the agent and stop the jobs, or end them here with -force:");
                live.forEach(kept ->
                        err.println("  " + kept.id() + "  " + kept.allocation().name()));
                return 1;
            }
            clean(parts, shelf.all(), live);
        }
        return 0;
    }

    private void clean(Parts parts, List<Kept> known, List<Kept> live) throws IOException, InterruptedException {
        var tasks = parts.add(new ProcessTasks(NodeDrivers.existingGroups(options)));
        var docker = parts.add(new DockerDriver(NodeDrivers.dockerSettings(options)));
        var drivers = new NodeDrivers(options, tasks, docker);
        live.forEach(kept -> end(kept, drivers));
        var networks = networks(parts);
        new ProxyProcess(
                        options.runDirectory().resolve("mesh"),
                        networks.map(it -> options.runDirectory().resolve("netns")),
                        LinuxCalls.isRoot(),
                        Optional.empty())
                .stop();
        var ids = new TreeSet<AllocationId>();
        known.forEach(kept -> ids.add(kept.id()));
        new Leftovers(options.allocationDirectory(), tasks.cgroups(), networks, NodeNetworks.others(parts, options))
                .removeAll(ids);
        drivers.sweepContainers(new TreeSet<>());
        networks.ifPresent(it ->
                out.println("removed the bridge " + options.bridge().orElseThrow() + ", its namespaces and its rules"));
        tasks.cgroups().ifPresent(groups -> out.println("removed the control groups " + groups.parent()));
        out.println("removed the proxy and mounts, where there were any; the data stay in " + options.dataDirectory());
    }

    private void end(Kept kept, NodeDrivers drivers) {
        var group = kept.job().group(kept.allocation().taskGroup());
        for (Task task : group.map(it -> it.tasks()).orElse(List.of())) {
            var driver = Optional.ofNullable(drivers.byName().get(task.driver()));
            var handle = Optional.ofNullable(kept.tasks().get(task.name())).flatMap(it -> it.handle());
            if (driver.isPresent() && handle.isPresent()) {
                try {
                    Driver runs = driver.get();
                    runs.recover(handle.get());
                    runs.stop(handle.get(), task.killSignal(), task.killTimeout());
                    out.println("ended task " + task.name() + " of "
                            + kept.allocation().name());
                } catch (DriverException gone) {
                    out.println(
                            "task " + task.name() + " of " + kept.allocation().name() + " is gone already");
                }
            }
        }
    }

    /** What is there is taken over first, so that it is removed by those who know how. */
    private Optional<Networks> networks(Parts parts) throws IOException, InterruptedException {
        if (options.bridge().isEmpty()
                || !LinuxCalls.isRoot()
                || !NetworkChecks.isThere(options.bridge().get())) {
            return Optional.empty();
        }
        try {
            return Optional.of(parts.add(Networks.open(options.network().orElseThrow(), new SecureRandom())));
        } catch (BridgingImpossibleException impossible) {
            out.println("networks stay: " + impossible.getMessage());
            return Optional.empty();
        }
    }
}
