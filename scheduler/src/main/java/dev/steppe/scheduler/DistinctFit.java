package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.Constraint;
import dev.steppe.model.JobSpec;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The constraints that look at where other instances are: of the whole job where the job has them, of the group where the
 * group has them.
 */
final class DistinctFit {
    private final List<Rule> rules = new ArrayList<>();

    private record Rule(Constraint constraint, Optional<String> group, Optional<Long> limit) {
        boolean counts(String ofGroup) {
            return group.filter(name -> !name.equals(ofGroup)).isEmpty();
        }
    }

    DistinctFit(JobSpec job, TaskGroup group) {
        job.constraints().forEach(constraint -> add(inRegion(constraint, job), Optional.empty()));
        group.constraints().forEach(constraint -> add(inRegion(constraint, job), Optional.of(group.name())));
    }

    private static Constraint inRegion(Constraint constraint, JobSpec job) {
        return new Constraint(
                Target.inRegion(constraint.leftTarget(), job.region()), constraint.rightTarget(), constraint.operand());
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

    /** True when it does not matter where other instances are. */
    boolean isNone() {
        return rules.isEmpty();
    }

    /** The properties whose values decide. */
    List<String> properties() {
        return rules.stream()
                .filter(rule -> rule.limit().isPresent())
                .map(rule -> rule.constraint().leftTarget())
                .toList();
    }

    /** Where instances are, for the rules of this group. */
    final class Placed {
        private final List<TreeMap<NodeId, List<Allocation>>> hosts = new ArrayList<>();
        private final List<TreeSet<NodeId>> expected = new ArrayList<>();
        private final List<TreeMap<String, Integer>> values = new ArrayList<>();

        Placed() {
            rules.forEach(rule -> {
                hosts.add(new TreeMap<>());
                expected.add(new TreeSet<>());
                values.add(new TreeMap<>());
            });
        }

        /** An instance of a group is going to be on a node. */
        void expect(String group, Node node) {
            for (int i = 0; i < rules.size(); i++) {
                if (rules.get(i).counts(group)) {
                    expected.get(i).add(node.id());
                    count(i, node, 1);
                }
            }
        }

        private void count(int rule, Node node, int more) {
            var counts = values.get(rule);
            Target.resolve(rules.get(rule).constraint().leftTarget(), node)
                    .ifPresent(value -> counts.merge(value, more, Integer::sum));
        }

        /** An instance more ({@code 1}) or less ({@code -1}) on a node. */
        void count(Allocation allocation, Node node, int more) {
            for (int i = 0; i < rules.size(); i++) {
                if (rules.get(i).counts(allocation.taskGroup())) {
                    var there = hosts.get(i).computeIfAbsent(node.id(), id -> new ArrayList<>());
                    there.removeIf(other -> other.id().equals(allocation.id()));
                    if (more > 0) {
                        there.add(allocation);
                    }
                    count(i, node, more);
                }
            }
        }

        /** The first rule that one more instance on the node would break. */
        Optional<Refusal> refusal(Node node) {
            return hostRefusal(node).or(() -> propertyRefusal(node));
        }

        /** Such a rule of those that look at the node itself. */
        Optional<Refusal> hostRefusal(Node node) {
            for (int i = 0; i < rules.size(); i++) {
                var there = hosts.get(i).getOrDefault(node.id(), List.of());
                if (rules.get(i).limit().isEmpty() && !there.isEmpty()) {
                    return Optional.of(alreadyThere(there.getFirst()));
                }
                if (rules.get(i).limit().isEmpty() && expected.get(i).contains(node.id())) {
                    return Optional.of(Refusal.filtered(
                            "distinct_hosts", "distinct_hosts: another instance of the job is to be there"));
                }
            }
            return Optional.empty();
        }

        /** Such a rule of those that look at a property; the same for all nodes with the same values. */
        Optional<Refusal> propertyRefusal(Node node) {
            for (int i = 0; i < rules.size(); i++) {
                var rule = rules.get(i);
                if (rule.limit().isPresent()) {
                    var refusal =
                            tooMany(rule.constraint().leftTarget(), rule.limit().get(), node, values.get(i));
                    if (refusal.isPresent()) {
                        return refusal;
                    }
                }
            }
            return Optional.empty();
        }
    }

    private static Refusal alreadyThere(Allocation there) {
        return Refusal.filtered(
                "distinct_hosts", "distinct_hosts: allocation " + there.name() + " of the job is there already");
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
