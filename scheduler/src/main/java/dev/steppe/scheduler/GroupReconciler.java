package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DeploymentState;
import dev.steppe.model.Job;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.UpdateStrategy;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Compares one group of a job with its instances: which are kept, stopped, moved to the job's version or replaced, as many
 * at a time as its deployment allows, and which are missing. For one group in one evaluation.
 */
final class GroupReconciler {
    /** Whom to keep of those with the same name: what runs, and the newest version. */
    private static final Comparator<Allocation> BETTER = Comparator.comparing(
                    (Allocation allocation) -> !allocation.isTerminal())
            .thenComparing(Allocation::jobVersion)
            .thenComparing(Allocation::isHealthy)
            .thenComparing(Comparator.comparingLong(Allocation::createIndex).reversed());

    private final NodeFates fates;
    private final Snapshot snapshot;
    private final Job job;
    private final TaskGroup group;
    private final Succession succession;
    private final Rescheduling rescheduling;
    private final Rollout rollout;
    private final Changes changes;
    private final Optional<UpdateStrategy> strategy;
    private final List<Allocation> inPlace = new ArrayList<>();
    private final List<Allocation> outdated = new ArrayList<>();
    private int placed;
    private int outOfReach;

    GroupReconciler(
            NodeFates fates,
            Job job,
            TaskGroup group,
            Succession succession,
            Rescheduling rescheduling,
            Rollout rollout) {
        this.fates = fates;
        this.snapshot = fates.snapshot();
        this.job = job;
        this.group = group;
        this.succession = succession;
        this.rescheduling = rescheduling;
        this.rollout = rollout;
        this.changes = fates.changes();
        this.strategy = job.spec().updateOf(group);
    }

    void run(List<Allocation> existing) {
        var tried = new ArrayList<Allocation>();
        var others = new ArrayList<Allocation>();
        for (Allocation allocation : existing) {
            if (rollout.tries(allocation)) {
                tried.add(allocation);
            } else if (isLeftOver(allocation)) {
                changes.stopUnneeded(allocation);
            } else {
                others.add(allocation);
            }
        }
        var sorted = Sorting.of(job, group, others, fates, rescheduling);
        var kept = keepWanted(sorted.kept());
        compare(kept);
        begin(existing);
        inPlace.forEach(allocation -> changes.move(allocation, job.version(), rollout.active()));
        tryCanaries(tried);
        place(kept, sorted.replaced());
        update(kept);
        if (!isSettled(kept)) {
            rollout.unsettled(group.name());
        }
    }

    /**
     * A canary whose deployment ended without a promotion: nobody needs it, nor a successor of it. One that a plan brought
     * while its group was being promoted counts like the others of its version.
     */
    private boolean isLeftOver(Allocation allocation) {
        return allocation.isCanary()
                && allocation
                        .deploymentId()
                        .flatMap(snapshot::deployment)
                        .flatMap(deployment ->
                                Optional.ofNullable(deployment.taskGroups().get(group.name())))
                        .filter(state -> !state.promoted())
                        .isPresent();
    }

    /** Stops doubles of a name and what is beyond the count: first what does not run, then the highest numbers. */
    private List<Allocation> keepWanted(List<Allocation> candidates) {
        var byName = new TreeMap<String, Allocation>();
        for (Allocation allocation : candidates) {
            var twin = byName.get(allocation.name());
            boolean better = twin == null || BETTER.compare(allocation, twin) > 0;
            if (better) {
                byName.put(allocation.name(), allocation);
            }
            if (twin != null) {
                changes.stopUnneeded(better ? twin : allocation);
            }
        }
        var kept = new ArrayList<>(byName.values());
        kept.sort(Comparator.comparing(Allocation::isTerminal).thenComparingInt(Allocation::index));
        while (kept.size() > group.count()) {
            changes.stopUnneeded(kept.removeLast());
        }
        kept.sort(Comparator.comparingInt(Allocation::index));
        return kept;
    }

    /** Finds what runs an older version, and what becomes of it. */
    private void compare(List<Allocation> kept) {
        var staying = staying();
        for (Allocation allocation : kept) {
            if (allocation.jobVersion() == job.version()) {
                continue;
            }
            if (allocation.client().status() == ClientStatus.UNKNOWN) {
                // nobody knows whether it has ended: nothing takes its place before it is lost
                outOfReach++;
                continue;
            }
            boolean goesOn = !allocation.isTerminal() && goesOn(allocation, staying);
            (goesOn ? inPlace : outdated).add(allocation);
        }
    }

    /** Where instances are that stay: those of other groups, and those of this version. */
    private DistinctFit.Placed staying() {
        var distinct = new DistinctFit(job.spec(), group);
        var placed = distinct.new Placed();
        if (distinct.isNone()) {
            return placed;
        }
        var live = snapshot.allocationsOf(job.key()).stream()
                .filter(allocation -> !allocation.isTerminal())
                .toList();
        var wanted = wantedNumbers(live);
        for (Allocation other : live) {
            boolean ofAnother = !other.taskGroup().equals(group.name())
                    && wanted.getOrDefault(other.taskGroup(), new TreeSet<>()).contains(other.index())
                    && !succession.isGivingWay(other);
            if (ofAnother || other.jobVersion() == job.version()) {
                snapshot.node(other.nodeId()).ifPresent(node -> placed.count(other, node, 1));
            }
        }
        return placed;
    }

    /** The numbers in each group of what runs: not more than its count, and none of a group that the job has no more. */
    private TreeMap<String, TreeSet<Integer>> wantedNumbers(List<Allocation> live) {
        var numbers = new TreeMap<String, TreeSet<Integer>>();
        live.forEach(allocation -> numbers.computeIfAbsent(allocation.taskGroup(), name -> new TreeSet<>())
                .add(allocation.index()));
        numbers.forEach((name, all) -> {
            int count = job.spec().group(name).map(TaskGroup::count).orElse(0);
            while (all.size() > count) {
                all.pollLast();
            }
        });
        return numbers;
    }

    /** One that could go on gives way when the newest version wants fewer together, and others stay there. */
    private boolean goesOn(Allocation allocation, DistinctFit.Placed staying) {
        if (!succession.of(allocation, group).inPlace()) {
            return false;
        }
        var node = snapshot.node(allocation.nodeId());
        var tooMany = node.flatMap(staying::refusal);
        tooMany.ifPresentOrElse(
                refusal -> succession.giveWay(allocation, refusal),
                () -> node.ifPresent(it -> staying.count(allocation, it, 1)));
        return tooMany.isEmpty();
    }

    /** Makes the group part of a deployment when this version is new to it. */
    private void begin(List<Allocation> existing) {
        boolean isNew = existing.stream().noneMatch(allocation -> allocation.jobVersion() == job.version());
        boolean needed = isNew || !inPlace.isEmpty() || !outdated.isEmpty();
        if (strategy.isPresent() && group.count() > 0 && needed && rollout.mayBegin()) {
            int canaries = outdated.isEmpty() ? 0 : strategy.get().canary();
            rollout.begin(group.name(), DeploymentState.begin(strategy.get(), group.count(), canaries));
        }
    }

    /** Keeps as many canaries as are wanted, named after what they are to replace. */
    private void tryCanaries(List<Allocation> tried) {
        if (!rollout.isTrying(group.name())) {
            return;
        }
        var sorted = Sorting.of(job, group, tried, fates, rescheduling);
        int desired = rollout.state(group.name())
                .map(DeploymentState::desiredCanaries)
                .orElse(0);
        var names = new TreeSet<String>();
        sorted.kept().forEach(canary -> names.add(canary.name()));
        if (rollout.isHeld()) {
            return;
        }
        for (Allocation old : sorted.replaced()) {
            if (names.size() < desired && names.add(old.name())) {
                changes.place(Missing.replacing(job, group, old).asCanary());
            }
        }
        for (Allocation old : outdated) {
            if (names.size() < desired && names.add(old.name())) {
                changes.place(Missing.fresh(job, group, old.name()).asCanary());
            }
        }
        for (int index = 0; names.size() < desired; index++) {
            if (names.add(name(index))) {
                changes.place(Missing.fresh(job, group, name(index)).asCanary());
            }
        }
    }

    /** After the id, which stays, unlike the name that people read. */
    private String name(int index) {
        return job.spec().id() + "." + group.name() + "[" + index + "]";
    }

    /** Fills up to the count: successors of what was lost or failed first, then new names. */
    private void place(List<Allocation> kept, List<Allocation> replaced) {
        boolean open = rollout.isOpen(group.name());
        boolean filling = open || rollout.foundNoRoom(group.name()) && outdated.isEmpty();
        var taken = new TreeSet<String>();
        kept.forEach(allocation -> taken.add(allocation.name()));
        for (Allocation old : replaced) {
            if (taken.size() < group.count() && old.index() < group.count() && taken.add(old.name())) {
                succeed(old, open);
                placed++;
            }
        }
        for (int index = 0; filling && taken.size() < group.count(); index++) {
            if (taken.add(name(index))) {
                changes.place(Missing.fresh(job, group, name(index)));
                placed++;
            }
        }
    }

    /** While the newest version has to wait, a successor runs the version of what it replaces if that is different. */
    private void succeed(Allocation old, boolean open) {
        boolean alike = open || succession.ofVersion(old, group).inPlace();
        var version = alike ? Optional.<Job>empty() : snapshot.jobOf(old);
        var oldGroup = version.flatMap(it -> it.spec().group(group.name()));
        if (oldGroup.isPresent()) {
            changes.place(Missing.replacing(version.orElseThrow(), oldGroup.get(), old));
        } else {
            changes.place(Missing.replacing(job, group, old));
        }
    }

    /** Replaces what runs an older version, in the order of the names. */
    private void update(List<Allocation> kept) {
        outdated.stream()
                .limit(limit(kept))
                .forEach(old -> changes.place(
                        old.isTerminal() ? Missing.replacing(job, group, old) : Missing.updating(job, group, old)));
    }

    private long limit(List<Allocation> kept) {
        if (strategy.isEmpty()) {
            return Long.MAX_VALUE;
        }
        var newest = kept.stream()
                .filter(allocation -> allocation.jobVersion() == job.version())
                .toList();
        if (!rollout.isOpen(group.name()) || newest.stream().anyMatch(Allocation::isUnhealthy)) {
            return 0;
        }
        // who went over as it ran has to prove itself again, but is not one that is away
        long unproved = newest.stream()
                .filter(allocation -> !allocation.isHealthy() && rollout.brought(allocation))
                .count();
        return Math.max(0, strategy.get().maxParallel() - unproved - outOfReach - placed);
    }

    /** True when every wanted instance runs this version and proved to work. */
    private boolean isSettled(List<Allocation> kept) {
        return rollout.isOpen(group.name())
                && placed == 0
                && outOfReach == 0
                && inPlace.isEmpty()
                && outdated.isEmpty()
                && kept.stream().allMatch(allocation -> allocation.isHealthy() && !allocation.isTerminal());
    }
}
