package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.Job;
import dev.steppe.model.NodeId;
import dev.steppe.state.Snapshot;
import java.util.TreeMap;

/**
 * The newest epoch of each name of a job, over all instances there were: a new instance is newer than any of them, also
 * than one that may still run on a node that is out of reach.
 */
final class Epochs {
    private final boolean everywhere;
    private final TreeMap<String, Long> newest = new TreeMap<>();

    Epochs(Snapshot snapshot, Job job) {
        everywhere = job.spec().type().everywhere();
        for (Allocation allocation : snapshot.allocationsOf(job.key())) {
            newest.merge(key(allocation.name(), allocation.nodeId()), allocation.epoch(), Math::max);
        }
    }

    /** A job that runs everywhere has the same name on every node. */
    private String key(String name, NodeId node) {
        return everywhere ? name + " " + node : name;
    }

    long next(String name, NodeId node) {
        return newest.merge(key(name, node), 1L, Long::sum);
    }
}
