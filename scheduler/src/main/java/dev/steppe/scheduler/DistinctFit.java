package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.Constraint;
import dev.steppe.model.JobSpec;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The constraints that look at where other instances are: of the whole job where the job has them, of the group where the
 * group has them.
 */
final class DistinctFit {
    private final List<Rule> rules = new ArrayList<>();

    private record Rule(Constraint constraint, Optional<String> group, Optional<Long> limit) {
        boolean counts(Allocation allocation) {
            return group.filter(name -> !name.equals(allocation.taskGroup())).isEmpty();
        }
    }

    DistinctFit(JobSpec job, TaskGroup group) {
        job.constraints().forEach(constraint -> add(constraint, Optional.empty()));
        group.constraints().forEach(constraint -> add(constraint, Optional.of(group.name())));
    }

    private void add(Constraint constraint, Optional<String> group) {
        if (constraint.operand().equals("distinct_hosts")
                && !constraint.rightTarget().equals("false")) {
            rules.add(new Rule(constraint, group, Optional.empty()));
        } else if (constraint.operand().equals("distinct_property")) {
            rules.add(new Rule(constraint, group, Optional.of(limit(constraint))));
        }
    }

    private static long limit(Constraint constraint) {
        return constraint.rightTarget().matches("[0-9]{1,9}") ? Long.parseLong(constraint.rightTarget()) : 1;
    }

    /** Where instances are: on which node one of each rule is, and how many each value of a property has. */
    record Placed(List<TreeMap<NodeId, Allocation>> hosts, List<TreeMap<String, Integer>> values) {}

    /** Looks once at where the instances are, for many nodes. */
    Placed look(List<Allocation> ofJob, Snapshot snapshot) {
        var hosts = new ArrayList<TreeMap<NodeId, Allocation>>();
        var values = new ArrayList<TreeMap<String, Integer>>();
        for (Rule rule : rules) {
            var perNode = new TreeMap<NodeId, Allocation>();
            var perValue = new TreeMap<String, Integer>();
            for (Allocation allocation : ofJob) {
                if (rule.counts(allocation)) {
                    perNode.put(allocation.nodeId(), allocation);
                    snapshot.node(allocation.nodeId())
                            .flatMap(node ->
                                    Target.resolve(rule.constraint().leftTarget(), node))
                            .ifPresent(value -> perValue.merge(value, 1, Integer::sum));
                }
            }
            hosts.add(perNode);
            values.add(perValue);
        }
        return new Placed(hosts, values);
    }

    /** The first rule that one more instance on the node would break. */
    Optional<Refusal> refusal(Node node, Placed placed) {
        for (int i = 0; i < rules.size(); i++) {
            var rule = rules.get(i);
            var refusal = rule.limit().isPresent()
                    ? tooMany(rule.constraint().leftTarget(), rule.limit().get(), node, placed.values().get(i))
                    : alreadyThere(Optional.ofNullable(placed.hosts().get(i).get(node.id())));
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }

    private static Optional<Refusal> alreadyThere(Optional<Allocation> there) {
        return there.map(allocation -> Refusal.filtered(
                "distinct_hosts", "distinct_hosts: allocation " + allocation.name() + " of the job is there already"));
    }

    private static Optional<Refusal> tooMany(String property, long limit, Node node, TreeMap<String, Integer> values) {
        var value = Target.resolve(property, node);
        if (value.isEmpty()) {
            return Optional.of(Refusal.filtered(
                    "distinct_property " + property, "distinct_property: the node has no " + property));
        }
        int used = values.getOrDefault(value.get(), 0);
        return used < limit
                ? Optional.empty()
                : Optional.of(Refusal.filtered(
                        "distinct_property: " + property + "=" + value.get() + " used by " + used + " allocs",
                        "distinct_property: " + property + " = \"" + value.get() + "\" has " + used
                                + " instances of at most " + limit));
    }
}
