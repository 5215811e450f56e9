package dev.steppe.simulation.faults;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Looks whether anything that was acknowledged is lost, whether all answers agree with one order, and whether tasks changed. */
final class Proof {
    private final RealCluster cluster;
    private final Writers writers;
    private final Set<String> told = new HashSet<>();
    private int jobs;

    Proof(RealCluster cluster, Writers writers) {
        this.cluster = cluster;
        this.writers = writers;
    }

    /** What is wrong and was not told before. Fails where the cluster is not well again, or runs nothing new. */
    List<String> wrong() throws IOException, InterruptedException {
        cluster.runShortJob(cluster.servers().get(jobs++ % RealCluster.COUNT));
        var wrong = new ArrayList<>(writers.contradictions(cluster.servers()));
        wrong.addAll(cluster.changedTasks());
        wrong.removeIf(line -> !told.add(line));
        return wrong;
    }
}
