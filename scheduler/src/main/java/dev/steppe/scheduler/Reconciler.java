package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.Job;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.ReschedulePolicy;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.UpdateStrategy;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Compares what a job wants with what there is, group by group. Says which instances are to be placed, stopped or moved
 * to the job's version, not where. Level-triggered: it looks at the state only, so it may run as often as one likes.
 */
final class Reconciler {
    private final Snapshot snapshot;
    private final Job job;
    private final Instant now;
    private final Succession succession;
    private final boolean replacesFailed;
    private final List<Missing> missing = new ArrayList<>();
    private final List<Command.Stop> stopped = new ArrayList<>();
    private final List<Command.Move> moved = new ArrayList<>();
    private Optional<Instant> retryAt = Optional.empty();

    /**
     * An instance to be placed, on one certain node when pinned; {@code replaces} is stopped in the same plan when
     * {@code stopsReplaced}.
     */
    record Missing(
            TaskGroup group,
            String name,
            Optional<Allocation> replaces,
            boolean stopsReplaced,
            Optional<NodeId> pinned) {

        Missing(TaskGroup group, String name, Optional<Allocation> replaces, boolean stopsReplaced) {
            this(group, name, replaces, stopsReplaced, Optional.empty());
        }
    }

    /** With {@code replacesFailed}, failed instances are replaced at once whatever their policy says. */
    Reconciler(Snapshot snapshot, Job job, Instant now, Succession succession, boolean replacesFailed) {
        this.snapshot = snapshot;
        this.job = job;
        this.now = now;
        this.succession = succession;
        this.replacesFailed = replacesFailed;
    }

    List<Missing> missing() {
        return missing;
    }

    List<Command.Stop> stopped() {
        return stopped;
    }

    List<Command.Move> moved() {
        return moved;
    }

    /** When a delayed replacement is due. */
    Optional<Instant> retryAt() {
        return retryAt;
    }

    void run() {
        var byGroup = new TreeMap<String, List<Allocation>>();
        for (Allocation allocation : snapshot.allocationsOf(job.key())) {
            byGroup.computeIfAbsent(allocation.taskGroup(), name -> new ArrayList<>())
                    .add(allocation);
        }
        if (job.stop()) {
            byGroup.values().forEach(all -> all.forEach(it -> stopIfRunning(it, "alloc not needed due to job update")));
            return;
        }
        for (TaskGroup group : job.spec().taskGroups()) {
            var existing = byGroup.remove(group.name());
            if (!job.spec().type().everywhere()) {
                reconcile(group, existing == null ? List.of() : existing);
            }
        }
        byGroup.values().forEach(all -> all.forEach(it -> stopIfRunning(it, "alloc not needed due to job update")));
    }

    /** Somebody wants another instance in its place. */
    static Command.Stop migrated(Allocation allocation) {
        return new Command.Stop(allocation.id(), DesiredStatus.STOP, "alloc is being migrated", Optional.empty());
    }

    /** Stops everything of a job that is not registered any more. */
    static List<Command.Stop> stopAll(List<Allocation> allocations) {
        return allocations.stream()
                .filter(allocation -> !allocation.isTerminal())
                .map(allocation -> new Command.Stop(
                        allocation.id(), DesiredStatus.STOP, "alloc not needed as job is purged", Optional.empty()))
                .toList();
    }

    private void stopIfRunning(Allocation allocation, String reason) {
        if (!allocation.isTerminal()) {
            stopped.add(new Command.Stop(allocation.id(), DesiredStatus.STOP, reason, Optional.empty()));
        }
    }

    private void reconcile(TaskGroup group, List<Allocation> existing) {
        var running = new ArrayList<Allocation>();
        var replaced = new ArrayList<Allocation>();
        var finished = new TreeSet<String>();
        var waiting = new TreeSet<String>();
        for (Allocation allocation : existing) {
            sort(group, allocation, running, replaced, finished, waiting);
        }
        running.sort(Comparator.comparingInt(Allocation::index).thenComparing(Allocation::createIndex));
        var kept = keepWanted(group, running);
        update(group, kept);
        place(group, kept, replaced, finished, waiting);
    }

    /** Puts an allocation where it belongs: it runs, needs a replacement now or later, is done, or does not matter. */
    private void sort(
            TaskGroup group,
            Allocation allocation,
            List<Allocation> running,
            List<Allocation> replaced,
            TreeSet<String> finished,
            TreeSet<String> waiting) {
        if (allocation.desiredStatus() != DesiredStatus.RUN) {
            return;
        }
        boolean gone = snapshot.node(allocation.nodeId())
                .map(Node::status)
                .filter(status -> status != NodeStatus.DOWN)
                .isEmpty();
        switch (allocation.client().status()) {
            case PENDING, RUNNING, UNKNOWN -> {
                if (gone) {
                    stopped.add(new Command.Stop(
                            allocation.id(),
                            DesiredStatus.STOP,
                            "alloc is lost since its node is down",
                            Optional.of(ClientStatus.LOST)));
                    replaced.add(allocation);
                } else if (allocation.desiredTransition().migrate()) {
                    stopped.add(migrated(allocation));
                    replaced.add(allocation);
                } else {
                    running.add(allocation);
                }
            }
            case COMPLETE -> {
                if (job.spec().type().ends() && allocation.jobVersion() == job.version()) {
                    finished.add(allocation.name());
                } else if (!job.spec().type().ends()) {
                    replaced.add(allocation);
                }
            }
            case FAILED -> reschedule(group, allocation, replaced, waiting);
            case LOST -> {
                if (allocation.next().isEmpty()) {
                    replaced.add(allocation);
                }
            }
        }
    }

    private void reschedule(TaskGroup group, Allocation failed, List<Allocation> replaced, TreeSet<String> waiting) {
        if (failed.next().isPresent() || failed.jobVersion() != job.version()) {
            return;
        }
        if (replacesFailed) {
            replaced.add(failed);
            return;
        }
        var policy = group.reschedulePolicy()
                .orElseGet(() -> ReschedulePolicy.defaultOf(job.spec().type()));
        var history = history(failed);
        if (!policy.unlimited()) {
            var since = now.minus(policy.interval());
            long recent = history.stream()
                    .filter(allocation -> allocation.createTime().isAfter(since))
                    .count();
            if (recent >= policy.attempts()) {
                waiting.add(failed.name());
                return;
            }
        }
        var due = failed.modifyTime().plus(delay(policy, history.size()));
        if (due.isAfter(now)) {
            waiting.add(failed.name());
            retryAt =
                    Optional.of(retryAt.filter(earlier -> earlier.isBefore(due)).orElse(due));
        } else {
            replaced.add(failed);
        }
    }

    /** The allocations this one replaced, one after the other. */
    private List<Allocation> history(Allocation allocation) {
        var found = new ArrayList<Allocation>();
        Optional<AllocationId> before = allocation.previous();
        while (before.isPresent() && found.size() < 100) {
            var previous =
                    snapshot.allocation(before.get()).filter(it -> it.client().status() == ClientStatus.FAILED);
            previous.ifPresent(found::add);
            before = previous.flatMap(Allocation::previous);
        }
        return found;
    }

    private static Duration delay(ReschedulePolicy policy, int replacedBefore) {
        Duration delay = policy.delay();
        Duration last = Duration.ZERO;
        for (int i = 0; i < Math.min(replacedBefore, 40); i++) {
            Duration next = switch (policy.delayFunction()) {
                case "exponential" -> delay.multipliedBy(2);
                case "fibonacci" -> delay.plus(last);
                default -> delay;
            };
            last = delay;
            delay = next;
        }
        boolean capped = !policy.maxDelay().isZero() && delay.compareTo(policy.maxDelay()) > 0;
        return capped ? policy.maxDelay() : delay;
    }

    /** Stops what is beyond the count, and doubles of a name; the lowest numbers stay. */
    private List<Allocation> keepWanted(TaskGroup group, List<Allocation> running) {
        var kept = new ArrayList<Allocation>();
        var names = new TreeSet<String>();
        for (Allocation allocation : running) {
            if (kept.size() < group.count() && names.add(allocation.name())) {
                kept.add(allocation);
            } else {
                stopIfRunning(allocation, "alloc not needed due to job update");
            }
        }
        return kept;
    }

    /** Moves or replaces instances of older versions, as many at a time as the update strategy allows. */
    private void update(TaskGroup group, List<Allocation> kept) {
        var outdated = new ArrayList<Allocation>();
        int unproved = 0;
        for (Allocation allocation : kept) {
            if (allocation.jobVersion() == job.version()) {
                unproved += isHealthy(allocation) ? 0 : 1;
            } else if (succession.of(allocation, group).inPlace()) {
                moved.add(new Command.Move(allocation.id(), job.version(), allocation.evaluationId()));
            } else {
                outdated.add(allocation);
            }
        }
        int parallel = group.update()
                .or(() -> job.spec().update())
                .map(UpdateStrategy::maxParallel)
                .orElse(job.spec().type().ends() ? 0 : 1);
        int left = parallel == 0 ? Integer.MAX_VALUE : Math.max(0, parallel - unproved);
        for (Allocation allocation : outdated) {
            boolean broken = allocation.client().status() != ClientStatus.RUNNING;
            if (left > 0 || broken) {
                left -= broken ? 0 : 1;
                missing.add(new Missing(group, allocation.name(), Optional.of(allocation), true));
            }
        }
    }

    static boolean isHealthy(Allocation allocation) {
        return allocation.client().health().flatMap(health -> health.healthy()).orElse(false);
    }

    /** Fills up to the count: replacements of what was lost or failed first, then new names. */
    private void place(
            TaskGroup group,
            List<Allocation> kept,
            List<Allocation> replaced,
            TreeSet<String> finished,
            TreeSet<String> waiting) {
        var taken = new TreeSet<String>(finished);
        taken.addAll(waiting);
        kept.forEach(allocation -> taken.add(allocation.name()));
        int free = group.count() - taken.size();
        for (Allocation old : replaced) {
            if (free > 0 && old.index() < group.count() && taken.add(old.name())) {
                missing.add(new Missing(group, old.name(), Optional.of(old), false));
                free--;
            }
        }
        for (int index = 0; index < group.count() && free > 0; index++) {
            String name = job.spec().name() + "." + group.name() + "[" + index + "]";
            if (taken.add(name)) {
                missing.add(new Missing(group, name, Optional.empty(), false));
                free--;
            }
        }
    }
}
