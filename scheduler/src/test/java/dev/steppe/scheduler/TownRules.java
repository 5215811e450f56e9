package dev.steppe.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.AllocatedDevice;
import dev.steppe.model.AllocatedResources;
import dev.steppe.model.AllocatedTask;
import dev.steppe.model.Allocation;
import dev.steppe.model.Constraint;
import dev.steppe.model.DeviceInstance;
import dev.steppe.model.HostPort;
import dev.steppe.model.Job;
import dev.steppe.model.JobSpec;
import dev.steppe.model.Node;
import dev.steppe.model.NodeDevice;
import dev.steppe.model.Port;
import dev.steppe.model.Task;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** What holds in every town, added up anew from its allocations and not from what the scheduler keeps count of. */
final class TownRules {
    private TownRules() {}

    static void assertNothingIsOverCommitted(Snapshot snapshot) {
        for (Node node : snapshot.nodes()) {
            var held = snapshot.allocationsOn(node.id()).stream()
                    .filter(Allocation::holdsResources)
                    .toList();
            var capacity = node.spec().capacity();
            assertThat(sum(held, it -> it.cpuMegaHertz()))
                    .isLessThanOrEqualTo(capacity.cpu().megaHertz());
            assertThat(sum(held, it -> it.memoryMb()))
                    .isLessThanOrEqualTo(capacity.memory().memoryMb());
            assertThat(sum(held, it -> it.shared().diskMb()))
                    .isLessThanOrEqualTo(capacity.disk().diskMb());
            assertThat(each(held, it -> it.reservedCores()))
                    .doesNotHaveDuplicates()
                    .isSubsetOf(capacity.cpu().reservable());
            var ports = each(held, it -> it.hostPorts());
            assertThat(ports).doesNotHaveDuplicates();
            assertThat(ports).extracting(HostPort::port).doesNotContain(20_001);
            if (node.spec().hostNetworks().get("back").reservedPorts().contains(443)) {
                assertThat(ports).doesNotContain(new HostPort(443, "10.1.0.1"));
            }
            var shares = new TreeMap<DeviceInstance, Integer>();
            held.forEach(it -> it.allocatedResources()
                    .deviceShares()
                    .forEach((device, share) -> shares.merge(device, share, Integer::sum)));
            assertThat(shares.values()).allMatch(share -> share <= AllocatedDevice.WHOLE);
            assertThat(shares.keySet()).isSubsetOf(healthy(capacity.devices()));
        }
    }

    private static <T> List<T> each(List<Allocation> held, Function<AllocatedResources, List<T>> things) {
        return held.stream()
                .flatMap(it -> things.apply(it.allocatedResources()).stream())
                .toList();
    }

    private static long sum(List<Allocation> held, ToLongFunction<AllocatedResources> amount) {
        return held.stream()
                .mapToLong(it -> amount.applyAsLong(it.allocatedResources()))
                .sum();
    }

    private static TreeSet<DeviceInstance> healthy(List<NodeDevice> kinds) {
        var found = new TreeSet<DeviceInstance>();
        for (NodeDevice kind : kinds) {
            kind.instances().stream()
                    .filter(NodeDevice.Instance::healthy)
                    .forEach(it -> found.add(new DeviceInstance(kind.label(), it.id())));
        }
        return found;
    }

    /** Instances of a job with such constraints are on different nodes, and at most two on nodes with one value. */
    static void assertPlacedApart(Snapshot snapshot, Job job) {
        var nodes = snapshot.allocationsOf(job.key()).stream()
                .filter(Allocation::holdsResources)
                .map(it -> snapshot.node(it.nodeId()).orElseThrow())
                .toList();
        for (var constraint : job.spec().constraints()) {
            if (constraint.operand().equals("distinct_hosts")) {
                assertThat(nodes).extracting(Node::id).doesNotHaveDuplicates();
            }
            if (constraint.operand().equals("distinct_property")) {
                var counts = new TreeMap<String, Integer>();
                nodes.forEach(node -> counts.merge(
                        Target.resolve(constraint.leftTarget(), node).orElseThrow(), 1, Integer::sum));
                assertThat(counts.values()).allMatch(count -> count <= 2);
            }
        }
    }

    /** What is placed goes to nodes that take something new and meet what its job asks for, and gets what it asks for. */
    static void assertPlacedWhereItMay(Snapshot before, Plan plan) {
        for (Allocation placed : plan.placed()) {
            var node = before.node(placed.nodeId()).orElseThrow();
            var job = before.job(placed.jobKey(), placed.jobVersion()).orElseThrow();
            assertThat(node.isEligible()).isTrue();
            assertFits(job.spec(), node, placed);
        }
    }

    /** By the few conditions that jobs of towns have, and not by asking the scheduler's own. */
    static void assertFits(JobSpec job, Node node, Allocation placed) {
        assertThat(job.datacenters()).containsAnyOf("*", node.spec().datacenter());
        job.constraints()
                .forEach(it -> assertThat(holds(it, node.spec().attributes()))
                        .as("%s on %s", it, node.spec().attributes())
                        .isTrue());
        var group = job.group(placed.taskGroup()).orElseThrow();
        for (Task task : group.tasks()) {
            assertHasItsHardware(task, node, placed.allocatedResources().of(task));
        }
        for (Port port : group.network().ports()) {
            var given = placed.allocatedResources().port(port.label()).orElseThrow();
            assertThat(given.hostIp()).isEqualTo(port.hostNetwork().equals("back") ? "10.1.0.1" : "10.0.0.1");
            if (port.value() > 0) {
                assertThat(given.value()).isEqualTo(port.value());
            } else {
                assertThat(given.value()).isBetween(20_000, 20_004);
            }
        }
    }

    private static boolean holds(Constraint constraint, SortedMap<String, String> attributes) {
        var left = constraint.leftTarget();
        var value = left.isEmpty() ? "" : attributes.getOrDefault(left.substring(7, left.length() - 1), "");
        return switch (constraint.operand()) {
            case "=" -> value.equals(constraint.rightTarget());
            case "!=" -> !value.equals(constraint.rightTarget());
            // of the versions there are 1.2.0 is older than 1.3, and 2.0.0-beta comes before its release
            case "version" -> value.equals("1.10.1");
            case ">" -> Long.parseLong(value) > Long.parseLong(constraint.rightTarget());
            case "distinct_hosts", "distinct_property" -> true;
            default -> throw new IllegalArgumentException("towns have no " + constraint.operand());
        };
    }

    private static void assertHasItsHardware(Task task, Node node, AllocatedTask given) {
        var asked = task.resources();
        var cores = given.cpu().reservedCores();
        assertThat(cores).hasSize(asked.cores());
        if (asked.numa().filter(it -> it.affinity().equals("require")).isPresent()) {
            int half = node.spec().capacity().cpu().reservable().size() / 2;
            assertThat(cores.stream().map(core -> core / half).distinct().count())
                    .isLessThanOrEqualTo(1);
        }
        assertThat(given.devices()).hasSameSizeAs(asked.devices());
        for (int i = 0; i < given.devices().size(); i++) {
            var wish = asked.devices().get(i);
            var device = given.devices().get(i);
            assertThat(List.of("gpu", "nvidia/gpu", "nvidia/gpu/" + device.name()))
                    .contains(wish.name());
            assertThat(device.ids()).hasSize(wish.count());
            assertThat(device.share()).isEqualTo(wish.share());
            if (!wish.constraints().isEmpty()) {
                assertThat(gibibytes(node, device.name())).isEqualTo(40);
            }
        }
    }

    /** Cards of towns have 16 or 40, of which only the larger have the 20,000 MiB that jobs ask for. */
    private static long gibibytes(Node node, String model) {
        return node.spec().capacity().devices().stream()
                .filter(kind -> kind.name().equals(model))
                .map(kind -> kind.attributes().get("memory"))
                .flatMap(memory -> memory.number().stream())
                .findFirst()
                .orElseThrow();
    }

    static void assertEvictsOnlyLower(Snapshot before, Plan plan) {
        int winner = before.job(plan.evaluation().jobKey()).orElseThrow().spec().priority();
        for (Command.Stop stop : plan.stopped()) {
            if (stop.preemptedBy().isPresent()) {
                var victim = before.allocation(stop.allocation()).orElseThrow();
                assertThat(priority(before, victim)).isLessThanOrEqualTo(winner - Preemption.PRIORITY_GAP);
                assertThat(victim.jobKey()).isNotEqualTo(plan.evaluation().jobKey());
            }
        }
        if (plan.placed().size() == 1 && plan.stopped().size() == victims(plan)) {
            assertEvictsNobodyInVain(before, plan);
        }
    }

    private static long victims(Plan plan) {
        return plan.stopped().stream()
                .filter(stop -> stop.preemptedBy().isPresent())
                .count();
    }

    private static int priority(Snapshot snapshot, Allocation allocation) {
        return snapshot.job(allocation.jobKey()).map(Job::spec).orElseThrow().priority();
    }

    /** Without any one of the victims gone, the instance would not fit. */
    private static void assertEvictsNobodyInVain(Snapshot before, Plan plan) {
        var winner = plan.placed().getFirst();
        var job = before.job(winner.jobKey(), winner.jobVersion()).orElseThrow().spec();
        var fit = new Fit(job.taskGroups().getFirst(), before.schedulerConfiguration());
        for (var spared : winner.preemptedAllocations()) {
            var usage = before.usage(winner.nodeId());
            for (var gone : winner.preemptedAllocations()) {
                usage = gone.equals(spared)
                        ? usage
                        : usage.minus(before.allocation(gone).orElseThrow());
            }
            assertThat(fit.refusal(before.node(winner.nodeId()).orElseThrow(), usage))
                    .isPresent();
        }
    }
}
