package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.Job;
import dev.steppe.model.JobSpec;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** A look at every node for one more instance of a group, with the scheduler's own checks, and what each of them said. */
final class Survey {
    static final int NAMES_MAX = 3;
    private static final int DETAILS_MAX = 3;
    private static final int BEST_MAX = 5;
    private static final int HOLDERS_MAX = 2;

    private final Snapshot snapshot;
    private final TaskGroup group;
    private final long real;
    private final Standings standings;
    private final List<Seen> seen = new ArrayList<>();

    /** A node and why it does not take the instance; {@code fits} when nothing but its own state keeps it from that. */
    record Seen(Node node, boolean open, Optional<Refusal> refusal) {
        boolean fits() {
            return refusal.isEmpty();
        }

        boolean isExhausted() {
            return open
                    && refusal.filter(it -> it.kind() == Refusal.Kind.EXHAUSTED).isPresent();
        }

        boolean isFiltered() {
            return open
                    && refusal.filter(it -> it.kind() == Refusal.Kind.FILTERED).isPresent();
        }
    }

    /** What was placed after the index {@code real} is only supposed. */
    Survey(Snapshot snapshot, Job job, TaskGroup group, long salt, long real) {
        this(snapshot, job.spec(), group, salt, real);
    }

    /** The job may be another than the registered one of its name: then it is supposed. */
    Survey(Snapshot snapshot, JobSpec job, TaskGroup group, long salt) {
        this(snapshot, job, group, salt, Long.MAX_VALUE);
    }

    private Survey(Snapshot snapshot, JobSpec job, TaskGroup group, long salt, long real) {
        this.snapshot = snapshot;
        this.group = group;
        this.real = real;
        var live = snapshot.allocationsOf(job.key()).stream()
                .filter(allocation -> !allocation.isTerminal())
                .toList();
        var fleet = snapshot.fleet();
        standings = new Standings(
                job,
                group,
                snapshot.schedulerConfiguration(),
                Fragmentation.of(snapshot),
                fleet,
                new Holdings(fleet),
                live,
                salt);
        var served = new TreeSet<NodeId>();
        live.stream()
                .filter(it -> job.type().everywhere() && it.taskGroup().equals(group.name()))
                .forEach(it -> served.add(it.nodeId()));
        for (Node node : snapshot.nodes()) {
            if (!served.contains(node.id())) {
                seen.add(new Seen(node, node.isEligible(), refusal(node)));
            }
        }
    }

    Standings standings() {
        return standings;
    }

    List<Seen> seen() {
        return seen;
    }

    /** Open nodes where the instance fits. */
    List<Node> fitting() {
        return seen.stream()
                .filter(it -> it.open() && it.fits())
                .map(Seen::node)
                .toList();
    }

    /** What a node, real or supposed, says apart from whether it takes anything at all. */
    Optional<Refusal> refusal(Node node) {
        return standings.filtered(node).or(() -> standings.fit().refusal(node, snapshot.usage(node.id())));
    }

    /** The nodes where it fits best. */
    List<Explained.Scored> best() {
        Comparator<Explained.Scored> byScore = Comparator.comparingDouble(Explained.Scored::normScore);
        return fitting().stream()
                .map(this::scored)
                .sorted(byScore.reversed().thenComparing(Explained.Scored::node))
                .limit(BEST_MAX)
                .toList();
    }

    private Explained.Scored scored(Node node) {
        var score = standings
                .rank()
                .score(node, snapshot.usage(node.id()), standings.neighbours(), false, Optional.empty());
        return new Explained.Scored(node.id().value(), node.spec().name(), score.scores(), score.normScore());
    }

    /** The nodes that do not take it by the first check that fails, most nodes first. */
    List<Explained.Reason> reasons() {
        var byCheck = new TreeMap<String, Map<String, List<Node>>>();
        for (Seen one : seen) {
            if (!one.open()) {
                add(byCheck, "not open for new allocations", closed(one.node()), one.node());
            } else {
                one.refusal().ifPresent(it -> add(byCheck, it.key(), it.sentence(), one.node()));
            }
        }
        var reasons = new ArrayList<Explained.Reason>();
        byCheck.forEach((check, sentences) -> reasons.add(reason(check, sentences)));
        reasons.sort(Comparator.comparingInt(Explained.Reason::nodes).reversed());
        return Collections.unmodifiableList(reasons);
    }

    private static void add(Map<String, Map<String, List<Node>>> byCheck, String check, String sentence, Node node) {
        byCheck.computeIfAbsent(check, it -> new LinkedHashMap<>())
                .computeIfAbsent(sentence, it -> new ArrayList<>())
                .add(node);
    }

    private Explained.Reason reason(String check, Map<String, List<Node>> sentences) {
        Comparator<Explained.Detail> byNodes = Comparator.comparingInt(Explained.Detail::nodes);
        var details = sentences.entrySet().stream()
                .map(entry ->
                        new Explained.Detail(entry.getKey(), entry.getValue().size(), names(entry.getValue())))
                .sorted(byNodes.reversed())
                .limit(DETAILS_MAX)
                .map(detail -> withHolders(check, detail, sentences.getOrDefault(detail.sentence(), List.of())))
                .toList();
        return new Explained.Reason(
                check, sentences.values().stream().mapToInt(List::size).sum(), details);
    }

    static List<String> names(List<Node> nodes) {
        return nodes.stream().limit(NAMES_MAX).map(node -> node.spec().name()).toList();
    }

    /** Why a node takes nothing new. */
    static String closed(Node node) {
        if (node.status() != NodeStatus.READY) {
            return "its status is " + node.status().name().toLowerCase(Locale.ROOT) + " since "
                    + Waits.at(node.statusUpdatedAt());
        }
        return node.drain().isPresent() ? "it is being drained" : "it is not eligible for new allocations";
    }

    private Explained.Detail withHolders(String check, Explained.Detail detail, List<Node> nodes) {
        var example = nodes.getFirst();
        var held = new TreeMap<String, Long>();
        for (Allocation allocation : snapshot.allocationsOn(example.id())) {
            long amount = amount(check, allocation);
            if (allocation.holdsResources() && amount > 0) {
                held.merge(holder(allocation), amount, Long::sum);
            }
        }
        if (held.isEmpty()) {
            return detail;
        }
        var most = held.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(HOLDERS_MAX)
                .map(entry -> entry.getValue() + " by " + entry.getKey())
                .toList();
        var where = nodes.size() == 1 ? "" : " on " + example.spec().name();
        return new Explained.Detail(
                detail.sentence() + "; held" + where + ": " + String.join(", ", most)
                        + (held.size() > HOLDERS_MAX ? ", and by others" : ""),
                detail.nodes(),
                detail.names());
    }

    private String holder(Allocation allocation) {
        return allocation.createIndex() > real
                ? "instances of this job that get their places before"
                : "job " + allocation.jobId();
    }

    private static long amount(String check, Allocation allocation) {
        var held = allocation.allocatedResources();
        return switch (check) {
            case "cpu" -> held.cpuMegaHertz();
            case "memory" -> held.memoryMb();
            case "disk" -> held.shared().diskMb();
            default -> 0;
        };
    }

    Snapshot snapshot() {
        return snapshot;
    }

    TaskGroup group() {
        return group;
    }
}
