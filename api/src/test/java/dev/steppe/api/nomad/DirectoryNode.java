package dev.steppe.api.nomad;

import dev.steppe.api.LocalNode;
import dev.steppe.client.driver.DriverException;
import dev.steppe.client.driver.TaskUsage;
import dev.steppe.client.node.HostUsage;
import dev.steppe.client.node.NodeMeta;
import dev.steppe.io.process.CommandSession;
import dev.steppe.model.AllocationId;
import dev.steppe.model.NodeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A node whose allocations are the folders in a directory; nothing runs on it. */
record DirectoryNode(Path directory) implements LocalNode {
    @Override
    public NodeId id() {
        return new NodeId("n1");
    }

    @Override
    public boolean isHealthy() {
        return true;
    }

    @Override
    public Optional<Path> directoryOf(AllocationId allocation) {
        return Optional.of(directory.resolve(allocation.value())).filter(Files::isDirectory);
    }

    @Override
    public CommandSession enter(
            AllocationId allocation, String task, CommandSession.Wish wish, CommandSession.Output output)
            throws DriverException {
        throw DriverException.refused("nothing runs on this node");
    }

    @Override
    public NodeMeta meta() {
        return new NodeMeta(
                new TreeMap<>(Map.of("rack", "7")),
                new TreeMap<>(Map.of("zone", Optional.empty())),
                new TreeMap<>(Map.of("rack", "7", "zone", "a")));
    }

    @Override
    public NodeMeta changeMeta(SortedMap<String, Optional<String>> changes) {
        return new NodeMeta(new TreeMap<>(), changes, new TreeMap<>());
    }

    @Override
    public Optional<String> restart(AllocationId allocation, Optional<String> task, String why) {
        return task.equals(Optional.of("t")) ? Optional.empty() : Optional.of("Task not running");
    }

    @Override
    public Optional<String> restartAll(AllocationId allocation) {
        return Optional.empty();
    }

    @Override
    public Optional<String> signal(AllocationId allocation, Optional<String> task, String signal) {
        return signal.equals("SIGHUP") ? Optional.empty() : Optional.of("Task not running");
    }

    @Override
    public Optional<SortedMap<String, TaskUsage>> usageOf(AllocationId allocation) {
        return Optional.of(new TreeMap<>(Map.of("t", new TaskUsage(Duration.ofNanos(System.nanoTime() / 2), 7, 9, 1))));
    }

    @Override
    public HostUsage hostUsage(HostUsage.Ticks earlier) throws IOException {
        return HostUsage.take(earlier, directory);
    }
}
