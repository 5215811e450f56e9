package dev.steppe.agent;

import dev.steppe.api.LocalNode;
import dev.steppe.client.Client;
import dev.steppe.client.allocation.AllocationRunner;
import dev.steppe.client.allocation.TaskControl;
import dev.steppe.client.disk.DiskArchive;
import dev.steppe.client.driver.AllocationDirectory;
import dev.steppe.client.driver.DriverException;
import dev.steppe.client.driver.TaskUsage;
import dev.steppe.client.node.HostUsage;
import dev.steppe.client.node.NodeMeta;
import dev.steppe.io.Loop;
import dev.steppe.io.process.CommandSession;
import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.NodeCpu;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The node of this agent as its API sees it. Any thread may ask; questions to the node wait for its loop. */
final class NodeView implements LocalNode {
    private static final long PATIENCE_SECONDS = 5;

    private final NodeId id;
    private final NodeCpu cpu;
    private final Path allocations;
    private final Loop loop;
    private final Client client;
    private final boolean commandsRefused;
    private final NodePart part;

    /** With {@code commandsRefused} nobody runs commands in tasks of this node. */
    NodeView(NodeSpec node, Path allocations, Loop loop, Client client, boolean commandsRefused, NodePart part) {
        this.part = part;
        this.commandsRefused = commandsRefused;
        this.id = node.id();
        this.cpu = node.capacity().cpu();
        this.allocations = allocations;
        this.loop = loop;
        this.client = client;
    }

    @Override
    public NodeId id() {
        return id;
    }

    @Override
    public Optional<NodeCpu> cpu() {
        return Optional.of(cpu);
    }

    @Override
    public boolean isHealthy() {
        return ask(client::isConnected).orElse(false);
    }

    @Override
    public Optional<Duration> heartbeatEvery() {
        return ask(client::heartbeatEvery).flatMap(every -> every);
    }

    @Override
    public Optional<Allocation> allocation(AllocationId allocation) {
        // what servers send has no word of its tasks
        return ask(() -> client.runner(allocation)
                        .map(runner -> runner.allocation().reported(runner.state())))
                .flatMap(found -> found);
    }

    @Override
    public Optional<Path> directoryOf(AllocationId allocation) {
        var path = new AllocationDirectory(allocations, allocation).path();
        return Files.isDirectory(path) ? Optional.of(path) : Optional.empty();
    }

    @Override
    public Optional<DiskArchive> diskOf(AllocationId allocation) {
        return directoryOf(allocation).map(found -> new DiskArchive(new AllocationDirectory(allocations, allocation)));
    }

    @Override
    public void handedOver(AllocationId allocation) {
        loop.execute(() -> client.handedOver(allocation));
    }

    @Override
    public Optional<String> restart(AllocationId allocation, Optional<String> task, String why) {
        return tell(
                allocation,
                runner -> task.isPresent()
                        ? runner.restartTask(task.get(), TaskControl.Restart.wanted(why))
                        : runner.restartRunning(why));
    }

    @Override
    public Optional<String> restartAll(AllocationId allocation) {
        return tell(allocation, runner -> runner.restartAll("User requested all tasks to restart"));
    }

    @Override
    public Optional<String> signal(AllocationId allocation, Optional<String> task, String signal) {
        return tell(allocation, runner -> runner.signal(task, signal, "User requested signal " + signal));
    }

    /** Why it could not be done; empty when it was. */
    private Optional<String> tell(AllocationId allocation, Function<AllocationRunner, Optional<String>> what) {
        return ask(() -> client.runner(allocation)
                        .map(what)
                        .orElseGet(() -> Optional.of("allocation " + allocation + " is not known on this node")))
                .orElseGet(() -> Optional.of("the node does not answer"));
    }

    @Override
    public Optional<SortedMap<String, TaskUsage>> usageOf(AllocationId allocation) {
        var tasks = ask(() -> client.runner(allocation).map(runner -> runner.running()))
                .flatMap(found -> found);
        if (tasks.isEmpty() || tasks.get().isEmpty()) {
            return Optional.empty();
        }
        var usages = new TreeMap<String, TaskUsage>();
        tasks.get().forEach((name, running) -> running.usage().ifPresent(usage -> usages.put(name, usage)));
        return Optional.of(Collections.unmodifiableSortedMap(usages));
    }

    @Override
    public CommandSession enter(
            AllocationId allocation, String task, CommandSession.Wish wish, CommandSession.Output output)
            throws DriverException {
        if (commandsRefused) {
            throw DriverException.refused(
                    "commands in tasks are turned off on this node: client { disable_remote_exec = true }");
        }
        var running = ask(() -> client.runner(allocation)
                        .flatMap(runner -> Optional.ofNullable(runner.running().get(task))))
                .flatMap(found -> found)
                .orElseThrow(() -> DriverException.refused(
                        "task \"" + task + "\" of allocation " + allocation + " is not running"));
        return running.driver().enter(running.handle(), wish, output);
    }

    @Override
    public NodeMeta meta() {
        return part.meta();
    }

    @Override
    public NodeMeta changeMeta(SortedMap<String, Optional<String>> changes) throws IOException {
        return part.changeMeta(changes);
    }

    @Override
    public HostUsage hostUsage(HostUsage.Ticks earlier) throws IOException {
        return HostUsage.take(earlier, allocations);
    }

    private <T> Optional<T> ask(java.util.function.Supplier<T> question) {
        var answer = new ArrayBlockingQueue<T>(1);
        loop.execute(() -> answer.add(question.get()));
        try {
            return Optional.ofNullable(answer.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
