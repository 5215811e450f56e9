package dev.steppe.scheduler;

import dev.steppe.language.cron.MalformedCronException;
import dev.steppe.language.cron.Schedule;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.Job;
import dev.steppe.model.PeriodicConfig;
import dev.steppe.state.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a job that launches others does next, and which of those it launched wait, as sentences. */
final class Launches {
    private static final int NAMES_MAX = 3;

    private final Snapshot snapshot;
    private final Instant now;

    Launches(Snapshot snapshot, Instant now) {
        this.snapshot = snapshot;
        this.now = now;
    }

    List<String> of(Job parent) {
        var children = snapshot.childrenOf(parent.key());
        var facts = new ArrayList<String>();
        facts.add(
                parent.spec().periodic().isPresent()
                        ? times(parent, parent.spec().periodic().get(), children)
                        : "the job runs nothing itself: each steppe job dispatch "
                                + parent.spec().id() + " launches a job");
        waiting(children).ifPresent(facts::add);
        return facts;
    }

    private String times(Job parent, PeriodicConfig periodic, List<Job> children) {
        var id = parent.spec().id();
        if (!periodic.enabled()) {
            return "the job launches nothing: its schedule is switched off (enabled = false); steppe job periodic force "
                    + id + " launches it once";
        }
        var goingOn = children.stream()
                .filter(child -> periodic.prohibitOverlap() && goesOn(child))
                .map(child -> child.spec().id().value())
                .findFirst();
        return "the job runs nothing itself: it launches jobs " + id + "/periodic-<time> when its schedule says, "
                + next(periodic)
                        .map(time -> "next at " + Waits.at(time) + " (in " + new Waits(snapshot, now).in(time) + ")")
                        .orElse("which names no time any more")
                + goingOn.map(child ->
                                "; a time passes without a launch while job " + child + " goes on (prohibit_overlap)")
                        .orElse("");
    }

    private Optional<Instant> next(PeriodicConfig periodic) {
        try {
            return Schedule.of(periodic.expressions(), periodic.timeZone()).next(now);
        } catch (MalformedCronException unreadable) {
            return Optional.empty();
        }
    }

    private boolean goesOn(Job child) {
        return snapshot.evaluationsOf(child.key()).stream()
                        .anyMatch(it -> !it.status().isTerminal())
                || snapshot.allocationsOf(child.key()).stream()
                        .anyMatch(it -> !it.client().status().isTerminal());
    }

    private Optional<String> waiting(List<Job> children) {
        var waiting = children.stream()
                .filter(child -> snapshot.evaluationsOf(child.key()).stream()
                        .anyMatch(it -> it.status() == EvaluationStatus.BLOCKED))
                .map(child -> child.spec().id().value())
                .toList();
        if (waiting.isEmpty()) {
            return Optional.empty();
        }
        var named = String.join(", ", waiting.subList(0, Math.min(NAMES_MAX, waiting.size())));
        return Optional.of(waiting.size() + " of the jobs it launched "
                + (waiting.size() == 1 ? "lacks a place: " : "lack places: ") + named
                + (waiting.size() > NAMES_MAX ? " and others" : "") + " (steppe explain " + waiting.getFirst() + ")");
    }
}
