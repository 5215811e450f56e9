package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.Deployment;
import dev.steppe.model.DeploymentState;
import dev.steppe.model.DeploymentStatus;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.Job;
import dev.steppe.model.codec.GoDuration;
import dev.steppe.state.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What a job and its evaluations wait for, as sentences. */
final class Waits {
    private final Snapshot snapshot;
    private final Instant now;

    Waits(Snapshot snapshot, Instant now) {
        this.snapshot = snapshot;
        this.now = now;
    }

    /** Why a job has nothing to run, when that is so. */
    List<String> ofJob(Job job) {
        var facts = new ArrayList<String>();
        if (job.stop()) {
            facts.add("the job is stopped: nothing is placed until it is run again (steppe job start "
                    + job.spec().id() + ", or steppe job run)");
        } else if (job.isParent()) {
            facts.addAll(new Launches(snapshot, now).of(job));
        }
        paused().ifPresent(facts::add);
        snapshot.newestDeployment(job)
                .filter(it -> it.isOf(job))
                .flatMap(this::of)
                .ifPresent(facts::add);
        return facts;
    }

    /** Why nothing at all is looked at, when that is so. */
    Optional<String> paused() {
        return snapshot.schedulerConfiguration().pauseEvalBroker()
                ? Optional.of("evaluations wait: the broker is paused"
                        + " (steppe operator scheduler set-config -pause-eval-broker=false)")
                : Optional.empty();
    }

    /** What a deployment waits for or how it failed; nothing of one that is over and well. */
    private Optional<String> of(Deployment deployment) {
        var name = "deployment " + deployment.id().value() + " of version " + deployment.jobVersion();
        var groups = new ArrayList<String>();
        deployment.taskGroups().forEach((group, state) -> groups.add(said(group, state, deployment.status())));
        var howFar = String.join("; ", groups);
        return switch (deployment.status()) {
            case RUNNING -> Optional.of(name + " " + waitsFor(deployment) + ": " + howFar);
            case PAUSED ->
                Optional.of(name + " is paused: " + howFar + " (steppe deployment resume " + deployment.id() + ")");
            case FAILED ->
                Optional.of(name + " failed: " + deployment.statusDescription() + "; " + howFar + "; "
                        + afterFailure(deployment));
            case SUCCESSFUL, CANCELLED -> Optional.empty();
        };
    }

    private static String afterFailure(Deployment deployment) {
        boolean foundNoRoom = deployment.statusDescription().startsWith(Deployment.NO_PROGRESS)
                && deployment.taskGroups().values().stream().allMatch(state -> state.placedAllocs() == 0);
        return foundNoRoom
                ? "there was no room for any of it in time, and it is placed as soon as there is"
                : "nothing more of this version is placed but for what is lost: run a better one (steppe job run) or an"
                        + " earlier one (steppe job revert " + deployment.jobId() + " <version>)";
    }

    private String waitsFor(Deployment deployment) {
        if (!deployment.needsPromotion()) {
            return "goes on";
        }
        boolean proved = deployment.taskGroups().values().stream()
                .filter(DeploymentState::isTrying)
                .allMatch(state -> healthyCanaries(state) >= state.desiredCanaries());
        if (deployment.promotesItself()) {
            return "goes on by itself once all its canaries are healthy";
        }
        return proved
                ? "waits for somebody to approve its canaries (steppe job promote " + deployment.jobId() + ")"
                : "waits for its canaries to be healthy, and then for somebody to approve them (steppe job promote "
                        + deployment.jobId() + ")";
    }

    private long healthyCanaries(DeploymentState state) {
        return canaries(state).filter(Allocation::isHealthy).count();
    }

    private Stream<Allocation> canaries(DeploymentState state) {
        return state.placedCanaries().stream()
                .flatMap(it -> snapshot.allocation(it).stream())
                .filter(it -> !it.isTerminal());
    }

    private String said(String group, DeploymentState state, DeploymentStatus status) {
        boolean counts =
                status == DeploymentStatus.RUNNING && state.requireProgressBy().isAfter(now);
        return "group \"" + group + "\" wants " + state.desiredTotal() + " and has had " + state.healthyAllocs()
                + " healthy and " + state.unhealthyAllocs() + " unhealthy"
                + (state.isTrying()
                        ? ", of " + state.desiredCanaries() + " canaries "
                                + canaries(state).count() + " placed and " + healthyCanaries(state) + " healthy"
                        : "")
                + (counts
                        ? ", the next to be healthy by " + at(state.requireProgressBy()) + " (in "
                                + in(state.requireProgressBy()) + ")"
                        : "");
    }

    /** False for one that a later one has taken on since, or that did all there was to do. */
    boolean isStillOpen(Evaluation evaluation) {
        return switch (evaluation.status()) {
            case PENDING, BLOCKED -> true;
            case COMPLETE ->
                evaluation
                        .blocked()
                        .flatMap(snapshot::evaluation)
                        .filter(it -> !it.status().isTerminal())
                        .isPresent();
            case FAILED ->
                snapshot.evaluationsOf(evaluation.jobKey()).stream()
                        .noneMatch(it -> it.status() == EvaluationStatus.COMPLETE
                                && it.modifyIndex() > evaluation.modifyIndex());
            case CANCELLED -> false;
        };
    }

    /** What an evaluation waits for, or what it left undone; nothing of one that did all there was to do. */
    List<String> of(Evaluation evaluation) {
        var name = "evaluation " + evaluation.id().value();
        return switch (evaluation.status()) {
            case PENDING -> List.of(name + " " + pending(evaluation));
            case BLOCKED ->
                List.of(name + " is blocked since " + at(evaluation.createTime())
                        + ": it is looked at again when a node changes or something frees room on which it would fit");
            case COMPLETE -> evaluation.failedGroups().isEmpty() ? List.of() : List.of(name + " " + left(evaluation));
            case FAILED -> List.of(name + " failed: " + evaluation.statusDescription() + "; " + after(evaluation));
            case CANCELLED -> List.of(name + " was canceled: " + evaluation.statusDescription() + taken(evaluation));
        };
    }

    /** What comes after one that failed. */
    private String after(Evaluation failed) {
        var next = failed.next().flatMap(snapshot::evaluation);
        return next.isPresent()
                ? "evaluation " + next.get().id() + " follows it"
                        + (next.get().waitUntil().isAfter(now)
                                ? " in " + in(next.get().waitUntil())
                                : "")
                : "steppe job eval " + failed.jobId() + " has the job looked at again";
    }

    /** Which one looks at the job in place of one that was canceled, if any has still to. */
    private String taken(Evaluation canceled) {
        return snapshot.evaluationsOf(canceled.jobKey()).stream()
                .filter(it -> !it.status().isTerminal())
                .max(Comparator.comparingLong(Evaluation::createIndex))
                .map(it -> "; evaluation " + it.id() + " is "
                        + it.status().name().toLowerCase(Locale.ROOT) + " in its place")
                .orElse("");
    }

    private String pending(Evaluation evaluation) {
        if (evaluation.waitUntil().isAfter(now)) {
            return "waits until " + at(evaluation.waitUntil()) + " (in " + in(evaluation.waitUntil()) + "): "
                    + (evaluation.statusDescription().isEmpty()
                            ? evaluation.triggeredBy()
                            : evaluation.statusDescription());
        }
        if (paused().isPresent()) {
            return "is not looked at while the broker is paused";
        }
        var ahead = snapshot.evaluationsOf(evaluation.jobKey()).stream()
                .filter(other -> isAhead(other, evaluation))
                .findFirst();
        if (ahead.isPresent()) {
            return "waits for evaluation " + ahead.get().id() + " of the same job to end";
        }
        int before = 0;
        for (Evaluation other : snapshot.evaluations()) {
            before += isAhead(other, evaluation) && other.priority() >= evaluation.priority() ? 1 : 0;
        }
        return "is about to be looked at; " + before + (before == 1 ? " older evaluation" : " older evaluations")
                + " of its priority or above wait too";
    }

    private boolean isAhead(Evaluation other, Evaluation evaluation) {
        return other.status() == EvaluationStatus.PENDING
                && !other.waitUntil().isAfter(now)
                && other.createIndex() < evaluation.createIndex();
    }

    private String left(Evaluation evaluation) {
        int unplaced = evaluation.queuedAllocations().values().stream()
                .mapToInt(Integer::intValue)
                .sum();
        var blocked = evaluation.blocked().flatMap(snapshot::evaluation);
        return "ended and left " + unplaced + " of "
                + String.join(", ", evaluation.failedGroups().keySet())
                + " without a place; "
                + blocked.map(it -> "for them evaluation " + it.id() + " is "
                                + it.status().name().toLowerCase(Locale.ROOT))
                        .orElse("what was made for them is forgotten by now");
    }

    /** A point in time to the second: who reads it needs no more. */
    static Instant at(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS);
    }

    /** The time from now on, in whole seconds. */
    String in(Instant due) {
        return GoDuration.format(Duration.ofSeconds(
                Math.max(0, Duration.between(now, due).plusMillis(999).toSeconds())));
    }
}
