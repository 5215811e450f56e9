package dev.steppe.api;

import dev.steppe.client.disk.DiskArchive;
import dev.steppe.client.driver.DriverException;
import dev.steppe.client.driver.TaskUsage;
import dev.steppe.client.node.HostUsage;
import dev.steppe.client.node.NodeMeta;
import dev.steppe.io.process.CommandSession;
import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.NodeCpu;
import dev.steppe.model.NodeId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.SortedMap;

/** The node beside this agent's API, for what only the node itself knows: files, logs and usage. Any thread may ask. */
public interface LocalNode {

    NodeId id();

    /** True while the node's part of the agent works and servers know it. */
    boolean isHealthy();

    /** After what time the servers want the next heartbeat; empty before they said so. */
    default Optional<Duration> heartbeatEvery() {
        return Optional.empty();
    }

    /** An allocation that this node runs or ran, in the state it is in now. */
    default Optional<Allocation> allocation(AllocationId id) {
        return Optional.empty();
    }

    /** The processors that the node tells the servers of. */
    default Optional<NodeCpu> cpu() {
        return Optional.empty();
    }

    /** The directory of an allocation this node has or had and did not clean up yet. */
    Optional<Path> directoryOf(AllocationId allocation);

    /** What an allocation leaves to one that replaces it on another node; empty when nothing of it is here. */
    default Optional<DiskArchive> diskOf(AllocationId allocation) {
        return Optional.empty();
    }

    /** Another node has the data of an allocation. */
    default void handedOver(AllocationId allocation) {}

    /** Runs a command inside a running task; refused when it does not run here, or not now. Blocks. */
    CommandSession enter(AllocationId allocation, String task, CommandSession.Wish wish, CommandSession.Output output)
            throws DriverException;

    /** Restarts a task, or all that run; answers why it cannot. */
    Optional<String> restart(AllocationId allocation, Optional<String> task, String why);

    /** Ends all tasks of an allocation and runs all of them another time in their order; answers why it cannot. */
    Optional<String> restartAll(AllocationId allocation);

    /** Sends a task, or all that run, a signal by name; answers why it cannot. */
    Optional<String> signal(AllocationId allocation, Optional<String> task, String signal);

    /** What the running tasks of an allocation use, by name; empty when none of it runs here. */
    Optional<SortedMap<String, TaskUsage>> usageOf(AllocationId allocation);

    /** The words about this node. */
    NodeMeta meta();

    /** Puts words about this node, or takes them away where the value is absent; answers all words. */
    NodeMeta changeMeta(SortedMap<String, Optional<String>> changes) throws IOException;

    /** What the machine uses now, and its processors used since the earlier look. */
    HostUsage hostUsage(HostUsage.Ticks earlier) throws IOException;
}
