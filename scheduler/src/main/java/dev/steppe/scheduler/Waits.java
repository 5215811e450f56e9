package dev.steppe.scheduler;

import dev.steppe.model.Deployment;
import dev.steppe.model.DeploymentState;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.Job;
import dev.steppe.model.codec.GoDuration;
import dev.steppe.state.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

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
            facts.add("the job is stopped: nothing is placed until it is run again (steppe job run)");
        } else if (job.spec().periodic().isPresent() && job.isParent()) {
            var periodic = job.spec().periodic().get();
            facts.add(
                    periodic.enabled()
                            ? "the job runs nothing itself: it launches jobs "
                                    + job.spec().id()
                                    + "/periodic-<time> when its schedule says (steppe job status tells the next time)"
                            : "the job launches nothing: its schedule is switched off (enabled = false)");
        } else if (job.isParent()) {
            facts.add("the job runs nothing itself: each steppe job dispatch "
                    + job.spec().id() + " launches a job");
        }
        if (snapshot.schedulerConfiguration().pauseEvalBroker()) {
            facts.add("evaluations wait: the broker is paused"
                    + " (steppe operator scheduler set-config -pause-eval-broker=false)");
        }
        snapshot.newestDeployment(job)
                .filter(it -> it.isOf(job))
                .flatMap(this::of)
                .ifPresent(facts::add);
        return facts;
    }

    /** What a deployment waits for or how it failed; nothing of one that is over and well. */
    private Optional<String> of(Deployment deployment) {
        var name = "deployment " + deployment.id().value();
        var groups = new ArrayList<String>();
        deployment.taskGroups().forEach((group, state) -> groups.add(said(group, state)));
        var howFar = String.join("; ", groups);
        return switch (deployment.status()) {
            case RUNNING ->
                Optional.of(
                        deployment.needsPromotion() && !deployment.promotesItself()
                                ? name + " waits for somebody to approve its canaries (steppe job promote "
                                        + deployment.jobId() + "): " + howFar
                                : name + " of version " + deployment.jobVersion() + " goes on: " + howFar);
            case PAUSED ->
                Optional.of(name + " is paused: " + howFar + " (steppe deployment resume " + deployment.id() + ")");
            case FAILED -> Optional.of(name + " failed: " + deployment.statusDescription() + "; " + howFar);
            case SUCCESSFUL, CANCELLED -> Optional.empty();
        };
    }

    private String said(String group, DeploymentState state) {
        return "group \"" + group + "\" has " + state.healthyAllocs() + " healthy and " + state.unhealthyAllocs()
                + " unhealthy of " + state.desiredTotal()
                + (state.requireProgressBy().isAfter(now)
                        ? ", the next to be healthy by " + state.requireProgressBy() + " (in "
                                + in(state.requireProgressBy()) + ")"
                        : "");
    }

    /** False for one that left something undone which a later one has taken on since. */
    boolean isStillOpen(Evaluation evaluation) {
        return evaluation.status() != EvaluationStatus.COMPLETE
                || evaluation
                        .blocked()
                        .flatMap(snapshot::evaluation)
                        .filter(it -> !it.status().isTerminal())
                        .isPresent();
    }

    /** What an evaluation waits for, or what it left undone; nothing of one that did all there was to do. */
    List<String> of(Evaluation evaluation) {
        var name = "evaluation " + evaluation.id().value();
        return switch (evaluation.status()) {
            case PENDING -> List.of(name + " " + pending(evaluation));
            case BLOCKED ->
                List.of(name + " is blocked since " + evaluation.createTime()
                        + ": it is looked at again when a node changes or something frees room on which it would fit");
            case COMPLETE -> evaluation.failedGroups().isEmpty() ? List.of() : List.of(name + " " + left(evaluation));
            case FAILED -> List.of(name + " failed: " + evaluation.statusDescription());
            case CANCELLED -> List.of();
        };
    }

    private String pending(Evaluation evaluation) {
        if (evaluation.waitUntil().isAfter(now)) {
            return "waits until " + evaluation.waitUntil() + " (in " + in(evaluation.waitUntil()) + "): "
                    + (evaluation.statusDescription().isEmpty()
                            ? evaluation.triggeredBy()
                            : evaluation.statusDescription());
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

    /** The time from now on, in whole seconds. */
    String in(Instant due) {
        return GoDuration.format(Duration.ofSeconds(
                Math.max(0, Duration.between(now, due).plusMillis(999).toSeconds())));
    }
}
