package dev.steppe.simulation;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.Deployment;
import dev.steppe.model.DeploymentState;
import dev.steppe.model.DeploymentStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.DrainStatus;
import dev.steppe.model.Evaluation;
import dev.steppe.model.Job;
import dev.steppe.model.JobKey;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.PortMapping;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.NodeUsage;
import dev.steppe.state.Snapshot;
import dev.steppe.state.SnapshotFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** What must be true of a cluster after every event, and what must become true when nothing disturbs it any more. */
final class Invariants {
    private static final String REPLACED = "alloc is being updated due to job update";
    private static final int PREEMPTED_BELOW = 10;

    private final Cluster cluster;
    private final Users users;
    private final Tally tally;
    private final TreeMap<AllocationId, ClientStatus> ended = new TreeMap<>();
    private final TreeMap<JobKey, Long> launches = new TreeMap<>();
    private final TreeMap<Long, String> leaders = new TreeMap<>();
    private Optional<Snapshot> checked = Optional.empty();
    private long machinesSeen = -1;

    /** An invariant does not hold. */
    static final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Broken(String invariant, String details) {
            super(invariant + ": " + details);
        }
    }

    Invariants(Cluster cluster, Users users, Tally tally) {
        this.cluster = cluster;
        this.users = users;
        this.tally = tally;
    }

    /** Always. */
    void check() {
        one_leader_per_term();
        long machinesNow = cluster.nodes().stream()
                .mapToLong(node -> node.machine().changes())
                .sum();
        if (machinesNow != machinesSeen) {
            machinesSeen = machinesNow;
            no_task_runs_twice_on_a_machine();
            main_tasks_run_after_prestart_and_before_poststop();
        }
        var state = cluster.ledState();
        if (state.isEmpty() || checked.filter(before -> before == state.get()).isPresent()) {
            return;
        }
        var snapshot = state.get();
        checked.ifPresent(before -> {
            drained_nodes_are_empty(before, snapshot);
            the_version_before_stays_until_promotion(before, snapshot);
            only_lower_priorities_are_preempted(before, snapshot);
        });
        checked = state;
        nothing_acknowledged_is_lost(snapshot);
        no_node_is_over_committed(snapshot);
        no_port_is_given_twice(snapshot);
        every_allocation_has_its_job_version(snapshot);
        one_live_instance_per_name_and_epoch(snapshot);
        no_launch_happens_twice(snapshot);
        what_ended_stays_ended(snapshot);
    }

    private void one_leader_per_term() {
        for (var server : cluster.servers()) {
            server.term().ifPresent(term -> {
                var other = leaders.putIfAbsent(term, server.name());
                require(
                        other == null || other.equals(server.name()),
                        "one_leader_per_term",
                        other + " and " + server.name() + " lead in term " + term);
            });
        }
    }

    private void no_task_runs_twice_on_a_machine() {
        for (var node : cluster.nodes()) {
            var running = node.machine().running();
            var distinct = new TreeSet<String>();
            for (var process : running) {
                require(
                        distinct.add(process.allocation() + "/" + process.task()),
                        "no_task_runs_twice_on_a_machine",
                        process.task() + " of " + process.allocation() + " on " + node.name());
            }
        }
    }

    private void main_tasks_run_after_prestart_and_before_poststop() {
        for (var node : cluster.nodes()) {
            var running = new TreeSet<String>();
            node.machine().running().forEach(process -> running.add(process.allocation() + "/" + process.task()));
            for (var process : node.machine().running()) {
                String main = process.allocation() + "/t";
                boolean helper = process.task().equals("pre") || process.task().equals("post");
                require(
                        !helper || !running.contains(main),
                        "main_tasks_run_after_prestart_and_before_poststop",
                        process.task() + " runs beside " + main + " on " + node.name());
            }
        }
    }

    private void nothing_acknowledged_is_lost(Snapshot snapshot) {
        require(
                snapshot.index() >= users.acknowledgedIndex(),
                "nothing_acknowledged_is_lost",
                "state is at " + snapshot.index() + ", acknowledged was " + users.acknowledgedIndex());
        users.possible().forEach((key, wishes) -> {
            var held = snapshot.job(key)
                    .map(job -> new Users.Wish(Users.revision(job), job.stop()))
                    .orElse(Users.Wish.NOTHING);
            require(
                    wishes.contains(held),
                    "nothing_acknowledged_is_lost",
                    "job " + key + " is " + held + ", but users were told " + wishes);
        });
    }

    private static void no_node_is_over_committed(Snapshot snapshot) {
        for (Node node : snapshot.nodes()) {
            var usage = NodeUsage.NONE;
            for (Allocation allocation : snapshot.allocationsOn(node.id())) {
                if (allocation.holdsResources()) {
                    usage = usage.plus(allocation);
                }
            }
            var capacity = node.spec().capacity();
            require(
                    usage.cpuMegaHertz() <= capacity.cpu().megaHertz()
                            && usage.memoryMb() <= capacity.memory().memoryMb(),
                    "no_node_is_over_committed",
                    node.id() + " holds " + usage);
            require(
                    usage.equals(snapshot.usage(node.id())),
                    "no_node_is_over_committed",
                    node.id() + " holds " + usage + ", but the state counts " + snapshot.usage(node.id()));
        }
    }

    private static void no_port_is_given_twice(Snapshot snapshot) {
        for (Node node : snapshot.nodes()) {
            var ports = new TreeSet<Integer>();
            for (Allocation allocation : snapshot.allocationsOn(node.id())) {
                if (!allocation.holdsResources()) {
                    continue;
                }
                for (PortMapping port : allocation.allocatedResources().shared().ports()) {
                    require(ports.add(port.value()), "no_port_is_given_twice", node.id() + " port " + port.value());
                }
            }
        }
    }

    private static void every_allocation_has_its_job_version(Snapshot snapshot) {
        for (Allocation allocation : snapshot.allocations()) {
            require(
                    snapshot.jobOf(allocation).isPresent(),
                    "every_allocation_has_its_job_version",
                    allocation.id() + " of " + allocation.jobKey() + " version " + allocation.jobVersion());
        }
    }

    /** Where nobody knows whether one still runs, another may take its place; it then has a newer epoch. */
    private static void one_live_instance_per_name_and_epoch(Snapshot snapshot) {
        var names = new TreeMap<String, Allocation>();
        for (Allocation allocation : snapshot.allocations()) {
            if (!allocation.isTerminal()) {
                var name = name(snapshot, allocation)
                        + (mayBeCovered(snapshot, allocation) ? " epoch " + allocation.epoch() : "")
                        + triedIn(snapshot, allocation)
                                .map(trial -> " tried in deployment " + trial.id())
                                .orElse("");
                var other = names.put(name, allocation);
                require(
                        other == null,
                        "one_live_instance_per_name_and_epoch",
                        name + " is both " + allocation.id() + " on " + allocation.nodeId() + " and "
                                + (other == null ? "" : other.id() + " on " + other.nodeId()));
            }
        }
    }

    /** The deployment in which it was placed beside the version before, which may have its name still. */
    private static Optional<Deployment> triedIn(Snapshot snapshot, Allocation allocation) {
        return allocation
                .deploymentId()
                .flatMap(snapshot::deployment)
                .filter(deployment -> Optional.ofNullable(
                                deployment.taskGroups().get(allocation.taskGroup()))
                        .filter(group -> group.placedCanaries().contains(allocation.id()))
                        .isPresent());
    }

    /** While canaries are tried, nothing of the version before stops because of the new one. */
    private void the_version_before_stays_until_promotion(Snapshot before, Snapshot snapshot) {
        for (Deployment deployment : snapshot.deployments()) {
            var earlier = before.deployment(deployment.id()).filter(Deployment::isActive);
            if (!deployment.isActive() || earlier.isEmpty()) {
                continue;
            }
            deployment.taskGroups().forEach((name, group) -> {
                boolean wasTrying = Optional.ofNullable(
                                earlier.get().taskGroups().get(name))
                        .filter(DeploymentState::isTrying)
                        .isPresent();
                if (wasTrying && group.isTrying()) {
                    nothingIsReplaced(before, snapshot, deployment, name);
                } else if (wasTrying) {
                    tally.count(Tally.What.CANARIES_PROMOTED);
                }
            });
        }
    }

    private static void nothingIsReplaced(Snapshot before, Snapshot snapshot, Deployment deployment, String group) {
        for (Allocation allocation : snapshot.allocationsOf(deployment.jobKey())) {
            boolean replaced = allocation.taskGroup().equals(group)
                    && allocation.jobVersion() < deployment.jobVersion()
                    && allocation.desiredStatus() == DesiredStatus.STOP
                    && allocation.desiredDescription().equals(REPLACED)
                    && before.allocation(allocation.id())
                            .filter(it -> it.desiredStatus() == DesiredStatus.RUN)
                            .isPresent();
            require(
                    !replaced,
                    "the_version_before_stays_until_promotion",
                    allocation.id() + " of " + deployment.jobKey() + " is replaced while canaries of version "
                            + deployment.jobVersion() + " are tried");
        }
    }

    /** Whoever goes for somebody else is at least so much less important. */
    private void only_lower_priorities_are_preempted(Snapshot before, Snapshot snapshot) {
        for (Allocation allocation : snapshot.allocations()) {
            if (allocation.preemptedBy().isEmpty()
                    || before.allocation(allocation.id())
                            .flatMap(Allocation::preemptedBy)
                            .isPresent()) {
                continue;
            }
            tally.count(Tally.What.ALLOCATIONS_PREEMPTED);
            var winner = snapshot.allocation(allocation.preemptedBy().get()).flatMap(snapshot::jobOf);
            var loser = snapshot.jobOf(allocation);
            require(
                    winner.isPresent()
                            && loser.isPresent()
                            && winner.get().spec().priority()
                                    >= loser.get().spec().priority() + PREEMPTED_BELOW,
                    "only_lower_priorities_are_preempted",
                    allocation.id() + " of " + allocation.jobKey() + " goes for "
                            + allocation.preemptedBy().get());
        }
    }

    private static boolean mayBeCovered(Snapshot snapshot, Allocation allocation) {
        return snapshot.jobOf(allocation)
                .flatMap(job -> job.spec().group(allocation.taskGroup()))
                .flatMap(TaskGroup::disconnect)
                .isPresent();
    }

    /** A job that runs everywhere has the same name on every node. */
    private static String name(Snapshot snapshot, Allocation allocation) {
        boolean everywhere = snapshot.jobOf(allocation)
                .map(job -> job.spec().type().everywhere())
                .orElse(false);
        return allocation.jobKey() + " " + allocation.name() + (everywhere ? " on " + allocation.nodeId() : "");
    }

    /** A child is named after the time it was launched for, so a second one would be the same job made anew. */
    private void no_launch_happens_twice(Snapshot snapshot) {
        for (Job job : snapshot.jobs()) {
            if (job.key().id().value().contains("/periodic-")) {
                var before = launches.putIfAbsent(job.key(), job.createIndex());
                if (before == null) {
                    tally.count(Tally.What.JOBS_LAUNCHED);
                }
                require(
                        (before == null || before == job.createIndex()) && job.version() == 0,
                        "no_launch_happens_twice",
                        job.key() + " was launched at " + before + " and at " + job.createIndex());
            }
        }
    }

    /** A drain is complete when nothing runs on the node any more, whatever was asked of its tasks. */
    private void drained_nodes_are_empty(Snapshot before, Snapshot snapshot) {
        for (var machine : cluster.nodes()) {
            var id = new NodeId(machine.name());
            var drain = before.node(id).flatMap(Node::drain);
            var node = snapshot.node(id);
            boolean complete = drain.isPresent()
                    && node.filter(it -> it.drain().isEmpty() && it.status() == NodeStatus.READY)
                            .flatMap(Node::lastDrain)
                            .filter(it -> it.status() == DrainStatus.COMPLETE)
                            .isPresent();
            if (complete) {
                tally.count(Tally.What.NODES_DRAINED);
                for (var process : machine.machine().running()) {
                    boolean stays = drain.get().ignoreSystemJobs() && isEverywhere(snapshot, process.allocation());
                    require(
                            stays,
                            "drained_nodes_are_empty",
                            process.task() + " of " + process.allocation() + " runs on " + id + ", it is "
                                    + snapshot.allocation(process.allocation())
                                            .map(it -> it.desiredStatus() + "/"
                                                    + it.client().status())
                                            .orElse("forgotten"));
                }
            }
        }
    }

    private static boolean isEverywhere(Snapshot snapshot, AllocationId allocation) {
        return snapshot.allocation(allocation)
                .flatMap(snapshot::jobOf)
                .map(job -> job.spec().type().everywhere())
                .orElse(false);
    }

    private void what_ended_stays_ended(Snapshot snapshot) {
        for (Allocation allocation : snapshot.allocations()) {
            var status = allocation.client().status();
            var before = ended.get(allocation.id());
            require(
                    before == null || status.isTerminal(),
                    "what_ended_stays_ended",
                    allocation.id() + " was " + before + " and is " + status);
            // A lost one may turn out to have ended otherwise.
            if (status.isTerminal() && status != ClientStatus.LOST) {
                ended.put(allocation.id(), status);
            }
        }
    }

    /** What is still missing before the cluster is as its users want it; empty when nothing is. */
    List<String> missing() {
        var state = cluster.ledState();
        if (state.isEmpty()) {
            return List.of("no server leads");
        }
        var snapshot = state.get();
        var missing = new ArrayList<String>();
        for (Evaluation evaluation : snapshot.evaluations()) {
            if (!evaluation.status().isTerminal()) {
                missing.add("evaluation " + evaluation.id() + " of " + evaluation.jobKey() + " is "
                        + evaluation.status() + ", wait until " + evaluation.waitUntil());
            }
        }
        for (Node node : snapshot.nodes()) {
            if (!node.isEligible() || node.drain().isPresent()) {
                missing.add("node " + node.id() + " is " + node.status() + ", " + node.eligibility() + ", drain "
                        + node.drain());
            }
        }
        for (Job job : snapshot.jobs()) {
            if (!wasGivenUp(snapshot, job)) {
                missing.addAll(missing(snapshot, job));
            }
        }
        missing.addAll(strangers(snapshot));
        return missing;
    }

    /** A version whose deployment failed is not brought out any further; what ran before it stays. */
    private static boolean wasGivenUp(Snapshot snapshot, Job job) {
        for (Deployment deployment : snapshot.deployments()) {
            if (deployment.jobKey().equals(job.key())
                    && deployment.jobVersion() == job.version()
                    && deployment.jobCreateIndex() == job.createIndex()
                    && deployment.status() == DeploymentStatus.FAILED) {
                return !job.stop();
            }
        }
        return false;
    }

    private static List<String> missing(Snapshot snapshot, Job job) {
        var missing = new ArrayList<String>();
        JobKey key = job.key();
        var allocations = snapshot.allocationsOf(key);
        long running = allocations.stream()
                .filter(it ->
                        it.desiredStatus() == DesiredStatus.RUN && it.client().status() == ClientStatus.RUNNING)
                .count();
        long unfinished = allocations.stream()
                .filter(it -> !it.client().status().isTerminal())
                .count();
        int each = job.spec().type().everywhere() ? snapshot.nodeCount() : 1;
        int wanted = job.stop() || job.spec().type().ends()
                ? 0
                : each * job.spec().taskGroups().getFirst().count();
        if (running != wanted || unfinished != wanted) {
            missing.add("job " + key + " has " + running + " running and " + unfinished + " unfinished of " + wanted
                    + ": "
                    + allocations.stream()
                            .filter(it -> !it.client().status().isTerminal())
                            .map(it -> it.id() + " on " + it.nodeId() + " " + it.desiredStatus() + "/"
                                    + it.client().status())
                            .toList());
        }
        return missing;
    }

    /** The servers whose state is not the leader's; once it has the same index it must be the same. */
    List<String> behind() {
        var led = cluster.ledState();
        if (led.isEmpty()) {
            return List.of("no server leads");
        }
        var behind = new ArrayList<String>();
        var members = cluster.members();
        for (var server : cluster.servers()) {
            if (!members.contains(server.name())) {
                continue;
            }
            var state = server.state().orElseThrow();
            if (state.index() != led.get().index()) {
                behind.add(server.name() + " is at " + state.index() + ", the leader at "
                        + led.get().index());
            } else {
                require(
                        Arrays.equals(bytes(state), bytes(led.get())),
                        "applied_states_are_equal",
                        server.name() + " at " + state.index());
            }
        }
        return behind;
    }

    private static byte[] bytes(Snapshot snapshot) {
        var bytes = new ByteArrayOutputStream();
        try {
            SnapshotFile.write(snapshot, bytes);
        } catch (IOException impossible) {
            throw new IllegalStateException("writing to memory failed", impossible);
        }
        return bytes.toByteArray();
    }

    /** What is left on machines of allocations that should not be there. */
    private List<String> strangers(Snapshot snapshot) {
        var strangers = new ArrayList<String>();
        for (var node : cluster.nodes()) {
            for (var process : node.machine().running()) {
                if (!belongs(snapshot, process.allocation(), node.name())) {
                    strangers.add("a process of " + process.allocation() + " runs on " + node.name() + " unwanted");
                }
            }
            for (var allocation : node.machine().prepared()) {
                if (!belongs(snapshot, allocation, node.name())) {
                    strangers.add("surroundings of " + allocation + " are left on " + node.name());
                }
            }
            for (var task : node.machine().equipped()) {
                var allocation = new AllocationId(task.substring(0, task.indexOf('/')));
                if (!belongs(snapshot, allocation, node.name())) {
                    strangers.add("what task " + task + " held is left on " + node.name());
                }
            }
        }
        return strangers;
    }

    private static boolean belongs(Snapshot snapshot, AllocationId allocation, String node) {
        return snapshot.allocation(allocation)
                .filter(it -> !it.isTerminal() && it.nodeId().value().equals(node))
                .isPresent();
    }

    private static void require(boolean condition, String invariant, String details) {
        if (!condition) {
            throw new Broken(invariant, details);
        }
    }
}
