package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.Deployment;
import dev.steppe.model.DeploymentState;
import dev.steppe.model.DeploymentStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.Job;
import dev.steppe.model.NodeId;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** How many instances of a group there are and are wanted, and where those are that lack. All the figures of one snapshot. */
final class GroupCount {
    private static final String NEXT = "when the scheduler looks at the job next";
    private static final String ALL_AT_ONCE = "that stays free until there is one for all (all_at_once)";

    private final Snapshot snapshot;
    private final Job job;
    private final TaskGroup group;
    private final WhatIf whatIf;
    private final List<Allocation> live;
    private final long done;
    private final long ended;

    GroupCount(Snapshot snapshot, Job job, TaskGroup group, WhatIf whatIf) {
        this.snapshot = snapshot;
        this.job = job;
        this.group = group;
        this.whatIf = whatIf;
        var all = snapshot.allocationsOf(job.key()).stream()
                .filter(it -> it.taskGroup().equals(group.name()))
                .toList();
        live = all.stream().filter(it -> !it.isTerminal()).toList();
        done = all.stream().filter(this::isDone).count();
        ended = job.spec().type().everywhere()
                ? endedInVain(all)
                : all.stream()
                        .filter(it -> it.isTerminal() && it.desiredStatus() == DesiredStatus.RUN)
                        .filter(it -> it.next().isEmpty() && !isDone(it) && it.createIndex() > job.createIndex())
                        .count();
    }

    /**
     * Of a job that runs everywhere, the places where one failed and none is to be yet. What is to be replaced now is among
     * those that come or lack, and each node counts once.
     */
    private long endedInVain(List<Allocation> all) {
        var taken = new HashSet<Place>();
        live.forEach(it -> taken.add(Place.of(it)));
        var rescheduling = Rescheduling.seen(snapshot, job, whatIf.now());
        return all.stream()
                .filter(it -> FollowUps.mayHave(it) && it.jobVersion() == job.version() && snapshot.isOf(job, it))
                .filter(it -> !(rescheduling.of(group, it) instanceof Rescheduling.Decision.Now))
                .map(Place::of)
                .filter(it -> !taken.contains(it))
                .distinct()
                .count();
    }

    /** The place of one instance of a job that runs everywhere. */
    private record Place(NodeId node, int index) {
        static Place of(Allocation allocation) {
            return new Place(allocation.nodeId(), allocation.index());
        }
    }

    private boolean isDone(Allocation allocation) {
        return job.spec().type().ends()
                && allocation.client().status() == ClientStatus.COMPLETE
                && allocation.desiredStatus() == DesiredStatus.RUN
                && allocation.jobVersion() == job.version();
    }

    /** Of a job that runs everywhere, as many as there are or are to be; it asks for no number. */
    int wanted() {
        return job.spec().type().everywhere()
                ? Math.toIntExact(live.size() + lacking() + coming() + done + ended)
                : group.count();
    }

    /** Without a place, and nothing of an earlier version runs in its stead. */
    private int lacking() {
        return whatIf.unplaced(group.name()) - whatIf.replacing(group.name());
    }

    private int coming() {
        return whatIf.coming(group.name());
    }

    String sentence(boolean waitsForAll) {
        long running = live.stream()
                .filter(it -> it.client().status() == ClientStatus.RUNNING)
                .count();
        int replacing = whatIf.replacing(group.name());
        var text = new StringBuilder("group \"" + group.name() + "\": " + wanted() + " wanted, " + running
                + " running, " + (live.size() - running) + " placed and not running, ");
        text.append(done > 0 ? done + " complete, " : "").append(whatIf.unplaced(group.name()));
        text.append(" without a place").append(replacing > 0 ? " for the new version, the old one runs on" : "");
        if (coming() > 0) {
            text.append(", ").append(coming()).append(" with a place ").append(waitsForAll ? ALL_AT_ONCE : NEXT);
        }
        long missing = wanted() - (live.size() - tried()) - done - lacking() - coming();
        long gone = Math.min(missing, ended);
        if (gone > 0) {
            text.append(", ").append(gone).append(" ended and not replaced yet");
        }
        if (missing > gone) {
            text.append(", ")
                    .append(missing - Math.max(0, gone))
                    .append(" not placed ")
                    .append(heldBack());
        }
        return text.append(versions()).toString();
    }

    private String versions() {
        long older =
                live.stream().filter(it -> it.jobVersion() != job.version()).count();
        var notes = new ArrayList<String>();
        if (older > 0) {
            notes.add(older + " of them of an older version");
        }
        if (tried() > 0) {
            notes.add(tried() + (tried() == 1 ? " a canary" : " canaries"));
        }
        return notes.isEmpty() ? "" : "; " + String.join(", ", notes);
    }

    private long tried() {
        return live.stream().filter(this::isTried).count();
    }

    private boolean isTried(Allocation allocation) {
        return allocation.isCanary()
                && allocation
                        .deploymentId()
                        .flatMap(snapshot::deployment)
                        .filter(Deployment::isActive)
                        .flatMap(it -> Optional.ofNullable(it.taskGroups().get(group.name())))
                        .filter(DeploymentState::isTrying)
                        .isPresent();
    }

    private String heldBack() {
        var status = snapshot.newestDeployment(job)
                .filter(it -> it.isOf(job))
                .map(Deployment::status)
                .orElse(DeploymentStatus.SUCCESSFUL);
        return switch (status) {
            case PAUSED -> "while the deployment is paused";
            case FAILED -> "since the deployment failed";
            case RUNNING, SUCCESSFUL, CANCELLED -> "yet";
        };
    }
}
