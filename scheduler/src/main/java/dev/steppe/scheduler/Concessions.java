package dev.steppe.scheduler;

import dev.steppe.model.Constraint;
import dev.steppe.model.EphemeralDisk;
import dev.steppe.model.JobSpec;
import dev.steppe.model.NetworkResource;
import dev.steppe.model.Node;
import dev.steppe.model.Port;
import dev.steppe.model.Task;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.codec.RecordShape;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** What a job could ask less of so that its instances fit: each lighter job is held against every node. */
final class Concessions {
    private static final int CONSTRAINTS_MAX = 4;
    private static final int PLACES_MAX = 3;

    /** Less than this part of what is asked now is no use to anybody. */
    private static final int SMALLEST_PART = 4;

    private final Shortage shortage;
    private final Snapshot snapshot;
    private final JobSpec job;
    private final TaskGroup group;
    private final Survey survey;

    Concessions(Shortage shortage) {
        this.shortage = shortage;
        snapshot = shortage.snapshot();
        job = shortage.job().spec();
        group = shortage.group();
        survey = shortage.survey();
    }

    List<String> all() {
        var all = new ArrayList<String>();
        all.addAll(datacenters());
        all.addAll(pools());
        all.addAll(constraints());
        dynamicPorts().ifPresent(all::add);
        anyMemoryNode().ifPresent(all::add);
        List.of("memory", "cpu", "disk").forEach(it -> lower(it).ifPresent(all::add));
        return all;
    }

    /** Says on which nodes another job would fit; empty when on none. */
    private Optional<String> places(JobSpec other) {
        var otherGroup = other.group(group.name()).orElseThrow();
        var nodes = new Survey(snapshot, other, otherGroup, shortage.whatIf().seed()).fitting();
        return nodes.isEmpty() ? Optional.empty() : Optional.of(places(nodes));
    }

    private static String places(List<Node> nodes) {
        return "it would fit on " + nodes.size() + (nodes.size() == 1 ? " node (" : " nodes (") + Remedies.named(nodes)
                + ")";
    }

    private List<String> datacenters() {
        var found = new ArrayList<String>();
        for (String name : valuesOf("datacenter", node -> node.spec().datacenter())) {
            var names = new ArrayList<>(job.datacenters());
            names.add(name);
            places(RecordShape.with(job, "datacenters", names))
                    .ifPresent(places -> found.add("add \"" + name + "\" to the job's datacenters: " + places));
        }
        return found;
    }

    private List<String> pools() {
        var found = new ArrayList<String>();
        for (String name : valuesOf("node pool", node -> node.spec().nodePool())) {
            places(RecordShape.with(job, "nodePool", name))
                    .ifPresent(places -> found.add("set node_pool = \"" + name + "\" in the job: " + places));
        }
        return found;
    }

    private List<String> valuesOf(String check, java.util.function.Function<Node, String> value) {
        var values = new TreeSet<String>();
        survey.seen().stream()
                .filter(seen ->
                        seen.refusal().filter(it -> it.key().equals(check)).isPresent())
                .forEach(seen -> values.add(value.apply(seen.node())));
        return values.stream().limit(PLACES_MAX).toList();
    }

    private List<String> constraints() {
        var checks = new TreeSet<String>();
        survey.seen().forEach(seen -> seen.refusal().ifPresent(it -> checks.add(it.key())));
        var found = new ArrayList<String>();
        int examined = 0;
        for (String said : saidConstraints()) {
            boolean keepsOut = checks.stream().anyMatch(check -> isOf(check, said));
            if (keepsOut && ++examined <= CONSTRAINTS_MAX) {
                places(without(it -> Condition.said(it).equals(said)))
                        .ifPresent(places -> found.add("leave out the constraint " + said + ": " + places));
            }
        }
        return found;
    }

    /** Checks that look at where other instances are count under names of their own. */
    private static boolean isOf(String check, String said) {
        return check.equals(said)
                || check.equals("distinct_hosts") && said.contains("distinct_hosts")
                || check.startsWith("distinct_property") && said.contains("distinct_property");
    }

    private TreeSet<String> saidConstraints() {
        var said = new TreeSet<String>();
        job.constraints().forEach(it -> said.add(Condition.said(it)));
        group.constraints().forEach(it -> said.add(Condition.said(it)));
        group.tasks().forEach(task -> task.constraints().forEach(it -> said.add(Condition.said(it))));
        return said;
    }

    private JobSpec without(Predicate<Constraint> left) {
        UnaryOperator<List<Constraint>> others =
                all -> all.stream().filter(left.negate()).toList();
        var lighter = RecordShape.with(group, "constraints", others.apply(group.constraints()));
        lighter = RecordShape.with(
                lighter,
                "tasks",
                group.tasks().stream()
                        .map(task -> RecordShape.with(task, "constraints", others.apply(task.constraints())))
                        .toList());
        return RecordShape.with(with(lighter), "constraints", others.apply(job.constraints()));
    }

    private JobSpec with(TaskGroup changed) {
        return RecordShape.with(
                job,
                "taskGroups",
                job.taskGroups().stream()
                        .map(it -> it.name().equals(changed.name()) ? changed : it)
                        .toList());
    }

    private Optional<String> dynamicPorts() {
        boolean clashes = survey.seen().stream()
                .anyMatch(seen -> seen.open()
                        && seen.refusal()
                                .filter(it -> it.key().equals(PortFit.COLLISION)
                                        || it.key().equals(PortFit.RESERVED))
                                .isPresent());
        if (!clashes || group.networks().isEmpty()) {
            return Optional.empty();
        }
        var network = group.network();
        var dynamic = new ArrayList<Port>(network.dynamicPorts());
        network.reservedPorts().forEach(port -> dynamic.add(RecordShape.with(port, "value", 0)));
        NetworkResource changed = RecordShape.with(network, "reservedPorts", List.of());
        changed = RecordShape.with(changed, "dynamicPorts", List.copyOf(dynamic));
        var labels = network.reservedPorts().stream().map(Port::label).toList();
        return places(with(RecordShape.with(group, "networks", List.of(changed))))
                .map(places -> "leave out static of port " + String.join(", ", labels) + ": " + places);
    }

    /** Cores of several memory nodes, where one has too few. */
    private Optional<String> anyMemoryNode() {
        boolean lacks = survey.seen().stream()
                .anyMatch(seen -> seen.open()
                        && seen.refusal()
                                .filter(it -> it.key().equals(HardwareFit.PLACES))
                                .isPresent());
        if (!lacks) {
            return Optional.empty();
        }
        var tasks = group.tasks().stream().map(Concessions::preferring).toList();
        return places(with(RecordShape.with(group, "tasks", tasks)))
                .map(places -> "write affinity = \"prefer\" in numa: " + places);
    }

    private static Task preferring(Task task) {
        var numa = task.resources()
                .numa()
                .filter(it -> it.affinity().equals("require"))
                .map(it -> RecordShape.with(it, "affinity", "prefer"));
        return numa.isEmpty()
                ? task
                : RecordShape.with(task, "resources", RecordShape.with(task.resources(), "numa", numa));
    }

    private record Deficit(Node node, long missing) {}

    /** Asks less of one thing: as much as enough nodes have, or else the best of them. */
    private Optional<String> lower(String dimension) {
        var deficits = survey.seen().stream()
                .filter(Survey.Seen::isExhausted)
                .filter(seen -> seen.refusal().orElseThrow().key().equals(dimension))
                .map(seen -> new Deficit(seen.node(), missing(dimension, seen.node())))
                .sorted(Comparator.comparingLong(Deficit::missing))
                .toList();
        if (deficits.isEmpty()) {
            return Optional.empty();
        }
        var enough = deficits.get(Math.min(shortage.unplaced(), deficits.size()) - 1);
        return lower(dimension, enough.missing(), deficits)
                .or(() -> lower(dimension, deficits.getFirst().missing(), deficits));
    }

    private Optional<String> lower(String dimension, long missing, List<Deficit> deficits) {
        var task = heaviest(dimension);
        long asked = asked(dimension, task);
        long lowered = asked - missing;
        if (lowered < Math.max(1, asked / SMALLEST_PART)) {
            return Optional.empty();
        }
        var fit = new Fit(lighter(dimension, task, (int) lowered), snapshot.schedulerConfiguration());
        var nodes = deficits.stream()
                .map(Deficit::node)
                .filter(node -> fit.refusal(node, snapshot.usage(node.id())).isEmpty())
                .toList();
        var whose = dimension.equals("disk") ? "ephemeral_disk" : dimension + " of task \"" + task.name() + "\"";
        return nodes.isEmpty()
                ? Optional.empty()
                : Optional.of("lower " + whose + " from " + asked + " to " + lowered
                        + (dimension.equals("cpu") ? " MHz: " : " MB: ") + places(nodes));
    }

    private long missing(String dimension, Node node) {
        var demand = survey.standings().fit().demand(node);
        var capacity = node.spec().capacity();
        var usage = snapshot.usage(node.id());
        return switch (dimension) {
            case "cpu" ->
                usage.cpuMegaHertz() + demand.cpuMegaHertz() - capacity.cpu().megaHertz();
            case "memory" ->
                usage.memoryMb() + demand.memoryMb() - capacity.memory().memoryMb();
            default -> usage.diskMb() + demand.diskMb() - capacity.disk().diskMb();
        };
    }

    private Task heaviest(String dimension) {
        return group.tasks().stream()
                .max(Comparator.comparingLong(task -> asked(dimension, task)))
                .orElseThrow();
    }

    private long asked(String dimension, Task task) {
        return switch (dimension) {
            case "cpu" -> task.resources().cores() > 0 ? 0 : task.resources().cpu();
            case "memory" -> task.resources().memoryMb();
            default -> group.ephemeralDisk().sizeMb();
        };
    }

    private TaskGroup lighter(String dimension, Task task, int amount) {
        if (dimension.equals("disk")) {
            EphemeralDisk disk = RecordShape.with(group.ephemeralDisk(), "sizeMb", amount);
            return RecordShape.with(group, "ephemeralDisk", disk);
        }
        var resources = RecordShape.with(task.resources(), dimension.equals("cpu") ? "cpu" : "memoryMb", amount);
        return RecordShape.with(
                group,
                "tasks",
                group.tasks().stream()
                        .map(it -> it.name().equals(task.name()) ? RecordShape.with(it, "resources", resources) : it)
                        .toList());
    }
}
