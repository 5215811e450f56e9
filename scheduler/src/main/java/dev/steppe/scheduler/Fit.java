package dev.steppe.scheduler;

import dev.steppe.model.AllocatedCpu;
import dev.steppe.model.AllocatedMemory;
import dev.steppe.model.AllocatedResources;
import dev.steppe.model.AllocatedShared;
import dev.steppe.model.AllocatedTask;
import dev.steppe.model.Node;
import dev.steppe.model.NodeCapacity;
import dev.steppe.model.PortMapping;
import dev.steppe.model.Resources;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.model.Task;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.NodeUsage;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** Whether one instance of a group fits beside what a node's allocations hold, and what it then gets. */
final class Fit {
    private static final Optional<String> CPU = Optional.of("cpu");
    private static final Optional<String> MEMORY = Optional.of("memory");
    private static final Optional<String> DISK = Optional.of("disk");

    private final TaskGroup group;
    private final boolean oversubscribes;
    private final boolean wantsCores;
    private final PortFit ports;
    private final HardwareFit hardware;
    private final Demand demand;
    /** What every instance gets, where all get the same. */
    private final Optional<AllocatedResources> same;

    /** How much an instance needs on a node: MHz, and megabytes of memory and disk. */
    record Demand(long cpuMegaHertz, long memoryMb, long diskMb) {}

    Fit(TaskGroup group, SchedulerConfiguration configuration) {
        this.group = group;
        this.oversubscribes = configuration.memoryOversubscription();
        this.wantsCores =
                group.tasks().stream().anyMatch(task -> task.resources().cores() > 0);
        this.ports = new PortFit(group);
        this.hardware = new HardwareFit(group, configuration.spreads());
        this.demand = demand(0);
        boolean byNode = oversubscribes
                && group.tasks().stream().anyMatch(task -> task.resources().memoryMaxMb() < 0);
        this.same = isPlain() && !byNode
                ? Optional.of(resources(0, Optional.empty(), HardwareFit.NOTHING, List.of()))
                : Optional.empty();
    }

    /** What one instance needs there; a core is worth what the node's cores are. */
    Demand demand(Node node) {
        return wantsCores ? demand(node.spec().capacity().cpu().megaHertzPerCore()) : demand;
    }

    private Demand demand(long megaHertzPerCore) {
        var resources = new AllocatedResources(
                tasks(megaHertzPerCore, Optional.empty(), Collections.emptySortedMap(), Collections.emptySortedMap()),
                new AllocatedShared(group.ephemeralDisk().sizeMb(), List.of(), List.of()));
        return new Demand(
                resources.cpuMegaHertz(),
                resources.memoryMb(),
                resources.shared().diskMb());
    }

    /** Something the node does not have at all, whatever runs there. */
    Optional<Refusal> neverFits(Node node) {
        return hardware.neverFits(node);
    }

    /** True when megahertz and megabytes decide alone: no ports, no cores, no devices. */
    boolean isPlain() {
        return ports.isNone() && hardware.isNone();
    }

    /** True when an instance needs as many megahertz and megabytes on every node. */
    boolean isAlike() {
        return !wantsCores;
    }

    /** True when an instance gets neither cores nor devices. */
    boolean givesNothing() {
        return hardware.isNone();
    }

    /** What one instance needs wherever it is, where that is {@linkplain #isAlike alike}. */
    Demand demand() {
        return demand;
    }

    /** What there is too little of, as the counts of an explanation call it, where so much is free. */
    Optional<String> lack(long cpu, long memory, long disk) {
        return lack(demand, cpu, memory, disk);
    }

    private static Optional<String> lack(Demand needed, long cpu, long memory, long disk) {
        if (needed.cpuMegaHertz > cpu) {
            return CPU;
        }
        if (needed.memoryMb > memory) {
            return MEMORY;
        }
        return needed.diskMb > disk ? DISK : Optional.empty();
    }

    /** Such a lack of ports, cores or devices. */
    Optional<String> lackOfThings(Node node, NodeUsage usage) {
        return ports.refusal(node, usage).map(Refusal::key).or(() -> switch (hardware.on(node, usage)) {
            case HardwareFit.Outcome.Fits fits -> Optional.<String>empty();
            case HardwareFit.Outcome.Lacks lacks -> Optional.of(lacks.key());
        });
    }

    /** What the node has too little of. */
    Optional<Refusal> refusal(Node node, NodeUsage usage) {
        NodeCapacity capacity = node.spec().capacity();
        var needed = demand(node);
        return tooLittle("cpu", "MHz", needed.cpuMegaHertz, capacity.cpu().megaHertz(), usage.cpuMegaHertz())
                .or(() -> tooLittle(
                        "memory", "MB", needed.memoryMb, capacity.memory().memoryMb(), usage.memoryMb()))
                .or(() -> tooLittle("disk", "MB", needed.diskMb, capacity.disk().diskMb(), usage.diskMb()))
                .or(() -> ports.refusal(node, usage))
                .or(() -> switch (hardware.on(node, usage)) {
                    case HardwareFit.Outcome.Fits fits -> Optional.<Refusal>empty();
                    case HardwareFit.Outcome.Lacks lacks ->
                        Optional.of(lacks.refusal().get());
                });
    }

    /** What the node has too little of, as the counts of an explanation call it. */
    Optional<String> lack(Node node, NodeUsage usage) {
        NodeCapacity capacity = node.spec().capacity();
        var needed = demand(node);
        return lack(
                        needed,
                        capacity.cpu().megaHertz() - usage.cpuMegaHertz(),
                        capacity.memory().memoryMb() - usage.memoryMb(),
                        capacity.disk().diskMb() - usage.diskMb())
                .or(() -> lackOfThings(node, usage));
    }

    private static Optional<Refusal> tooLittle(String what, String unit, long asked, long total, long used) {
        if (used + asked <= total) {
            return Optional.empty();
        }
        return Optional.of(Refusal.exhausted(
                what, what + ": " + asked + " " + unit + " asked, " + Math.max(0, total - used) + " free of " + total));
    }

    /** The cores and devices an instance would get. */
    HardwareFit.Given given(Node node, NodeUsage usage) {
        return hardware.on(node, usage) instanceof HardwareFit.Outcome.Fits fits ? fits.given() : HardwareFit.NOTHING;
    }

    /** What an instance gets on a node it fits on. */
    AllocatedResources take(Node node, NodeUsage usage, RandomGenerator random) {
        if (same.isPresent()) {
            return same.get();
        }
        if (!(hardware.on(node, usage) instanceof HardwareFit.Outcome.Fits(HardwareFit.Given given))) {
            throw new IllegalStateException("cores or devices are missing on a node where they were not: " + node.id());
        }
        List<PortMapping> mappings = ports.take(node, usage, random);
        return resources(node.spec().capacity().cpu().megaHertzPerCore(), Optional.of(node), given, mappings);
    }

    private AllocatedResources resources(
            long megaHertzPerCore, Optional<Node> node, HardwareFit.Given given, List<PortMapping> mappings) {
        return new AllocatedResources(
                tasks(megaHertzPerCore, node, given.cores(), given.devices()),
                new AllocatedShared(group.ephemeralDisk().sizeMb(), List.of(group.network()), mappings));
    }

    private SortedMap<String, AllocatedTask> tasks(
            long megaHertzPerCore,
            Optional<Node> node,
            SortedMap<String, List<Integer>> cores,
            SortedMap<String, List<dev.steppe.model.AllocatedDevice>> devices) {
        var tasks = new TreeMap<String, AllocatedTask>();
        for (Task task : group.tasks()) {
            var asked = task.resources();
            long shares = asked.cores() > 0 ? asked.cores() * megaHertzPerCore : asked.cpu();
            tasks.put(
                    task.name(),
                    new AllocatedTask(
                            new AllocatedCpu(shares, cores.getOrDefault(task.name(), List.of())),
                            new AllocatedMemory(asked.memoryMb(), memoryMax(asked, node)),
                            List.of(),
                            devices.getOrDefault(task.name(), List.of()),
                            task.lifecycle()));
        }
        return Collections.unmodifiableSortedMap(tasks);
    }

    /** Beyond what is counted only where operators allow it; no limit is all that the node has. */
    private long memoryMax(Resources asked, Optional<Node> node) {
        if (!oversubscribes || asked.memoryMaxMb() == 0) {
            return 0;
        }
        return asked.memoryMaxMb() > 0
                ? asked.memoryMaxMb()
                : node.map(it -> it.spec().capacity().memory().memoryMb()).orElse(0L);
    }
}
