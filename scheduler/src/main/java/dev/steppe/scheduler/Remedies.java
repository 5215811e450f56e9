package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.Job;
import dev.steppe.model.JobType;
import dev.steppe.model.Node;
import dev.steppe.model.NodeDisk;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.Port;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.codec.RecordShape;
import dev.steppe.state.Command;
import dev.steppe.state.NodeUsage;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What would give the unplaced instances of a group a place: each remedy is supposed and the scheduler asked again, and one
 * that does not help is not told.
 */
final class Remedies {
    /** Nodes of one kind of trouble that are looked at closer. */
    static final int EXAMINED_MAX = 100;

    private static final int SENTENCES_MAX = 3;
    private static final int NODES_SUPPOSED_MAX = 20;

    private final Shortage shortage;
    private final WhatIf whatIf;
    private final Snapshot snapshot;
    private final Job job;
    private final TaskGroup group;
    private final Survey survey;
    private final int unplaced;

    Remedies(Shortage shortage) {
        this.shortage = shortage;
        whatIf = shortage.whatIf();
        snapshot = shortage.snapshot();
        job = shortage.job();
        group = shortage.group();
        survey = shortage.survey();
        unplaced = shortage.unplaced();
    }

    List<String> all() {
        if (snapshot.nodeCount() == 0) {
            return List.of("the cluster has no node: start an agent with a client");
        }
        var all = new ArrayList<String>();
        all.addAll(held());
        closedNodes(all);
        all.addAll(new Grants(shortage).all());
        all.addAll(new Concessions(shortage).all());
        preemption().ifPresent(all::add);
        moreNodes().or(this::largerNode).ifPresent(all::add);
        return Collections.unmodifiableList(all);
    }

    /** What the supposed commands would bring; empty when they bring nothing. */
    private Optional<String> verdict(List<Command> commands) {
        return verdict(left(whatIf.after(commands)));
    }

    private Optional<String> verdict(int left) {
        if (left >= unplaced) {
            return Optional.empty();
        }
        String all = unplaced == 1 ? "it then has a place" : "all " + unplaced + " then have a place";
        return Optional.of(
                left == 0
                        ? all
                        : unplaced - left + " of " + unplaced
                                + (unplaced - left == 1 ? " then has a place" : " then have a place"));
    }

    private int left(Plan plan) {
        return plan.queued().getOrDefault(group.name(), 0);
    }

    static String named(List<Node> nodes) {
        var names = String.join(", ", Survey.names(nodes));
        return nodes.size() <= Survey.NAMES_MAX ? names : names + " and " + (nodes.size() - Survey.NAMES_MAX) + " more";
    }

    /** Ports, cores and devices that one instance of another job alone keeps from it. */
    private List<String> held() {
        return survey.seen().stream()
                .filter(Survey.Seen::isExhausted)
                .limit(EXAMINED_MAX)
                .flatMap(seen -> holder(seen.node()).stream())
                .limit(SENTENCES_MAX)
                .toList();
    }

    private Optional<String> holder(Node node) {
        var usage = snapshot.usage(node.id());
        var fit = survey.standings().fit();
        return snapshot.allocationsOn(node.id()).stream()
                .filter(it -> it.holdsResources() && !it.jobKey().equals(job.key()))
                .filter(it -> !thing(it).isEmpty()
                        && fit.refusal(node, usage.minus(it)).isEmpty())
                .findFirst()
                .map(it -> "free " + thing(it) + " on " + node.spec().name() + ", held by job " + it.jobId()
                        + " (allocation " + it.id() + ")");
    }

    /** What an allocation holds that only one can have and the group asks for. */
    private String thing(Allocation holder) {
        var held = holder.allocatedResources();
        var ports = new TreeSet<Integer>();
        for (Port port : PortNeeds.of(group)) {
            boolean clashes = port.value() != 0
                    && !port.ignoreCollision()
                    && held.hostPorts().stream().anyMatch(it -> it.port() == port.value());
            if (clashes) {
                ports.add(port.value());
            }
        }
        if (!ports.isEmpty()) {
            return (ports.size() == 1 ? "port " : "ports ")
                    + String.join(", ", ports.stream().map(String::valueOf).toList());
        }
        boolean cores = group.tasks().stream().anyMatch(task -> task.resources().cores() > 0);
        if (cores && !held.reservedCores().isEmpty()) {
            return "cores " + held.reservedCores();
        }
        boolean devices = group.tasks().stream()
                .anyMatch(task -> !task.resources().devices().isEmpty());
        return devices && !held.deviceShares().isEmpty() ? "its devices" : "";
    }

    private void closedNodes(List<String> all) {
        var ineligible =
                closed(node -> node.status() == NodeStatus.READY && node.drain().isEmpty());
        if (!ineligible.isEmpty()) {
            var first = ineligible.stream().limit(unplaced).toList();
            verdict(first.stream()
                            .<Command>map(node ->
                                    new Command.SetNodeEligibility(node.id(), Node.ELIGIBLE, List.of(), whatIf.now()))
                            .toList())
                    .ifPresent(verdict -> all.add("make " + (first.size() == 1 ? "node " : "nodes ") + named(first)
                            + " eligible (steppe node eligibility -enable " + shown(first.getFirst())
                            + (first.size() == 1 ? "" : ", and so on") + "): " + verdict));
        }
        var draining =
                closed(node -> node.status() == NodeStatus.READY && node.drain().isPresent());
        if (!draining.isEmpty()) {
            all.add("end the drain of " + named(draining) + ", where it would fit (steppe node drain -disable "
                    + shown(draining.getFirst()) + ")");
        }
        var away = closed(node -> node.status() != NodeStatus.READY);
        if (!away.isEmpty()) {
            all.add("bring back " + named(away) + ", where it would fit: start the agent there, or look at its log");
        }
    }

    private List<Node> closed(Predicate<Node> how) {
        return survey.seen().stream()
                .filter(seen -> !seen.open() && seen.fits())
                .map(Survey.Seen::node)
                .filter(how)
                .toList();
    }

    private static String shown(Node node) {
        var id = node.id().value();
        return id.length() > 8 ? id.substring(0, 8) : id;
    }

    private Optional<String> preemption() {
        var configuration = snapshot.schedulerConfiguration();
        var type = job.spec().type();
        if (configuration.preemption().isFor(type)) {
            return Optional.empty();
        }
        var had = configuration.preemption();
        var wanted = new SchedulerConfiguration.Preemption(
                had.system() || type == JobType.SYSTEM,
                had.sysbatch() || type == JobType.SYSBATCH,
                had.batch() || type == JobType.BATCH,
                had.service() || type == JobType.SERVICE);
        var plan = whatIf.after(List.of(new Command.SetSchedulerConfiguration(
                RecordShape.with(configuration, "preemption", wanted), Optional.empty(), whatIf.now())));
        return verdict(left(plan)).map(verdict -> {
            var name = type.name().toLowerCase(Locale.ROOT);
            return "preemption for " + name + " jobs is off: with steppe operator scheduler set-config -preempt-" + name
                    + "-scheduler=true " + verdict + ", and " + victims(plan) + " would have to go";
        });
    }

    private String victims(Plan plan) {
        var byJob = new TreeMap<String, Integer>();
        for (Command.Stop stop : plan.stopped()) {
            if (stop.preemptedBy().isPresent()) {
                snapshot.allocation(stop.allocation())
                        .ifPresent(it -> byJob.merge("job " + it.jobId() + " on " + it.nodeName(), 1, Integer::sum));
            }
        }
        return String.join(
                ", ",
                byJob.entrySet().stream()
                        .limit(SENTENCES_MAX)
                        .map(entry -> entry.getValue() + " of " + entry.getKey())
                        .toList());
    }

    /** Nodes like one that would do if it were empty. */
    private Optional<String> moreNodes() {
        return survey.seen().stream()
                .filter(Survey.Seen::open)
                .filter(seen -> seen.isExhausted()
                        || seen.refusal()
                                .filter(it -> it.key().startsWith("distinct_"))
                                .isPresent())
                .map(Survey.Seen::node)
                .filter(node ->
                        survey.standings().fit().refusal(node, NodeUsage.NONE).isEmpty())
                .findFirst()
                .flatMap(this::moreLike);
    }

    private Optional<String> moreLike(Node node) {
        int gained = unplaced - left(whatIf.after(another(node.spec(), 1)));
        if (gained <= 0) {
            return Optional.empty();
        }
        String like = "like " + node.spec().name() + " (" + kind(node.spec()) + ")";
        int needed = (unplaced + gained - 1) / gained;
        if (needed > NODES_SUPPOSED_MAX) {
            return Optional.of("more nodes " + like + ": each has room for " + gained + " of the " + unplaced);
        }
        return verdict(another(node.spec(), needed))
                .map(verdict -> needed + (needed == 1 ? " more node " : " more nodes ") + like + ": " + verdict);
    }

    /** Where it fits on no node even when that is empty: one with more room, and otherwise like the one with most memory. */
    private Optional<String> largerNode() {
        return survey.seen().stream()
                .filter(Survey.Seen::isExhausted)
                .map(Survey.Seen::node)
                .filter(node ->
                        survey.standings().fit().refusal(node, NodeUsage.NONE).isPresent())
                .max(Comparator.comparingLong(
                        node -> node.spec().capacity().memory().memoryMb()))
                .flatMap(this::larger);
    }

    private Optional<String> larger(Node node) {
        var needed = survey.standings().fit().demand(node);
        var capacity = node.spec().capacity();
        var cpu = capacity.cpu();
        var memory = capacity.memory();
        var disk = capacity.disk();
        var lacking = new ArrayList<String>();
        if (needed.cpuMegaHertz() > cpu.megaHertz()) {
            lacking.add(needed.cpuMegaHertz() + " MHz");
            cpu = RecordShape.with(cpu, "megaHertz", needed.cpuMegaHertz());
        }
        if (needed.memoryMb() > memory.memoryMb()) {
            lacking.add(needed.memoryMb() + " MB of memory");
            memory = RecordShape.with(memory, "memoryMb", needed.memoryMb());
        }
        if (needed.diskMb() > disk.diskMb()) {
            lacking.add(needed.diskMb() + " MB of disk");
            disk = new NodeDisk(needed.diskMb());
        }
        if (lacking.isEmpty()) {
            return Optional.empty();
        }
        var spec = RecordShape.with(
                node.spec(),
                "capacity",
                RecordShape.with(
                        capacity,
                        new RecordShape.Value("cpu", cpu),
                        new RecordShape.Value("memory", memory),
                        new RecordShape.Value("disk", disk)));
        return verdict(another(spec, 1))
                .map(verdict -> "a larger node, with at least " + String.join(" and ", lacking) + " and otherwise like "
                        + node.spec().name() + " (" + kind(node.spec()) + "): " + verdict);
    }

    private static String kind(NodeSpec spec) {
        return (spec.nodeClass().isEmpty() ? "no class" : "class " + spec.nodeClass()) + ", pool " + spec.nodePool()
                + ", datacenter " + spec.datacenter();
    }

    private List<Command> another(NodeSpec like, int count) {
        var commands = new ArrayList<Command>();
        for (int i = 0; i < count; i++) {
            var id = RecordShape.with(like, "id", new NodeId(whatIf.freshId()));
            var spec = RecordShape.with(id, "name", "another-" + i);
            commands.add(new Command.RegisterNode(spec, List.of(), whatIf.now()));
        }
        return commands;
    }
}
