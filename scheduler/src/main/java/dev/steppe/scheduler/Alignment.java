package dev.steppe.scheduler;

import dev.steppe.model.Node;
import dev.steppe.state.NodeUsage;

/**
 * How well the shape of what is asked for matches the shape of what a node has free, so that neither processors nor memory are
 * left over alone: the cosine between both, each measured against the node's capacity (the alignment of Grandl et al.,
 * "Multi-Resource Packing for Cluster Schedulers", SIGCOMM 2014, without its preference for large tasks). Among nodes that
 * match nearly as well the fuller one is the better.
 */
final class Alignment {
    /** What a wholly free resource costs against a perfect match. */
    private static final double FREE = 0.1;

    private Alignment() {}

    /** From 0 to 1, the higher the better. */
    static double of(Node node, NodeUsage usage, Fit.Demand demand) {
        var capacity = node.spec().capacity();
        double cpu = part(
                capacity.cpu().megaHertz() - usage.cpuMegaHertz(),
                capacity.cpu().megaHertz());
        double memory = part(
                capacity.memory().memoryMb() - usage.memoryMb(),
                capacity.memory().memoryMb());
        double wantedCpu = part(demand.cpuMegaHertz(), capacity.cpu().megaHertz());
        double wantedMemory = part(demand.memoryMb(), capacity.memory().memoryMb());
        double lengths = Math.hypot(cpu, memory) * Math.hypot(wantedCpu, wantedMemory);
        double match = lengths == 0 ? 1 : (cpu * wantedCpu + memory * wantedMemory) / lengths;
        double left = cpu - wantedCpu + memory - wantedMemory;
        return Math.clamp((match - FREE * left + 2 * FREE) / (1 + 2 * FREE), 0, 1);
    }

    private static double part(long amount, long of) {
        return of == 0 ? 0 : (double) amount / of;
    }
}
