package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.Job;
import dev.steppe.model.JobType;
import dev.steppe.model.Lifecycle;
import dev.steppe.model.Node;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.ReschedulePolicy;
import dev.steppe.model.RestartPolicy;
import dev.steppe.model.Task;
import dev.steppe.model.TaskEvent;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.TaskState;
import dev.steppe.model.TaskStatus;
import dev.steppe.model.codec.GoDuration;
import dev.steppe.state.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The course of one allocation: what happened last, what it waits for, and what comes next. */
final class Course {
    /** Those that trouble people first, the newest of them first. */
    static final Comparator<Allocation> TROUBLED_FIRST = Comparator.comparing(
                    (Allocation it) -> it.client().status() == ClientStatus.RUNNING)
            .thenComparing(Comparator.comparingLong(Allocation::createIndex).reversed())
            .thenComparing(Allocation::id);

    /** What nodes say of an allocation where each of its tasks says more. */
    private static final List<String> SAID_OF_TASKS =
            List.of("Tasks are running", "No tasks have started", "Failed tasks", "All tasks have completed");

    private final Snapshot snapshot;
    private final Instant now;

    Course(Snapshot snapshot, Instant now) {
        this.snapshot = snapshot;
        this.now = now;
    }

    /** Not those that are over and whose place is taken or not wanted any more. */
    static boolean isWorthTelling(Allocation allocation) {
        var status = allocation.client().status();
        return !status.isTerminal()
                || status != ClientStatus.COMPLETE
                        && allocation.desiredStatus() == DesiredStatus.RUN
                        && allocation.next().isEmpty();
    }

    Explained.Instance of(Allocation allocation) {
        var facts = new ArrayList<String>();
        var next = new ArrayList<String>();
        var job = snapshot.jobOf(allocation);
        var group = job.flatMap(it -> it.spec().group(allocation.taskGroup()));
        wishes(allocation, facts, next);
        var node = snapshot.node(allocation.nodeId());
        node(allocation, node, group, facts, next);
        if (job.isPresent() && node.isPresent()) {
            drain(allocation, job.get(), node.get(), facts, next);
        }
        if (job.isPresent() && group.isPresent()) {
            tasks(allocation, job.get(), group.get(), facts, next);
            health(allocation, job.get(), group.get(), facts, next);
            replacement(allocation, job.get(), group.get(), next);
        }
        var scores = allocation.metrics().stream()
                .flatMap(metric -> metric.scoreMetaData().stream())
                .map(score -> new Explained.Scored(
                        score.nodeId().value(),
                        snapshot.node(score.nodeId())
                                .map(it -> it.spec().name())
                                .orElse(""),
                        score.scores(),
                        score.normScore()))
                .toList();
        return new Explained.Instance(
                allocation.id().value(),
                allocation.name(),
                allocation.taskGroup(),
                allocation.nodeId().value(),
                allocation.nodeName(),
                allocation.client().status().name().toLowerCase(Locale.ROOT),
                Collections.unmodifiableList(facts),
                Collections.unmodifiableList(next),
                scores);
    }

    /** What the servers want of it, when that is not to run. */
    private void wishes(Allocation allocation, List<String> facts, List<String> next) {
        var description = allocation.client().description();
        boolean told = !allocation.client().taskStates().isEmpty() && SAID_OF_TASKS.contains(description);
        if (!told && !description.isEmpty()) {
            facts.add(description);
        }
        if (allocation.desiredStatus() != DesiredStatus.RUN) {
            facts.add("it is not wanted any more: " + allocation.desiredDescription());
            if (!allocation.client().status().isTerminal()) {
                next.add("its node stops the tasks, each within its shutdown_delay and kill_timeout");
            }
        }
        allocation.preemptedBy().ifPresent(winner -> facts.add("it had to make room for allocation " + winner));
        allocation.next().ifPresent(it -> next.add("allocation " + it + " takes its place"));
    }

    private void node(
            Allocation allocation,
            Optional<Node> node,
            Optional<TaskGroup> group,
            List<String> facts,
            List<String> next) {
        if (allocation.isTerminal()) {
            return;
        }
        if (node.isEmpty()) {
            facts.add("its node is forgotten");
        } else if (node.get().status() != NodeStatus.READY) {
            facts.add("its node " + node.get().spec().name() + ": " + Survey.closed(node.get()));
        } else if (allocation.client().status() == ClientStatus.PENDING
                && allocation.client().taskStates().isEmpty()) {
            facts.add("its node " + node.get().spec().name() + " was told at " + Waits.at(allocation.createTime())
                    + " and has not reported on it yet");
        }
        group.map(it -> NodeFate.of(node, allocation, it, now)).ifPresent(fate -> {
            switch (fate) {
                case NodeFate.Stays stays -> {}
                case NodeFate.Migrates migrates ->
                    next.add("it is to move to another node, as many at a time as migrate { max_parallel } says");
                case NodeFate.Lost lost -> next.add("it is given up and another takes its place");
                case NodeFate.Awaited awaited ->
                    next.add("nothing takes its place before its node is back"
                            + awaited.until()
                                    .map(it -> " or it is lost, at " + Waits.at(it))
                                    .orElse(""));
                case NodeFate.Covered covered ->
                    next.add("another runs in its place until its node is back; at " + Waits.at(covered.until())
                            + " it is lost");
            }
        });
    }

    /** What it means that its node is being emptied, until it is its turn. */
    private static void drain(Allocation allocation, Job job, Node node, List<String> facts, List<String> next) {
        if (allocation.isTerminal() || allocation.desiredTransition().migrate()) {
            return;
        }
        node.drain().ifPresent(strategy -> {
            facts.add("its node " + node.spec().name() + " is being drained");
            next.add("when it has to leave: " + DrainPreview.when(job, strategy));
        });
    }

    private void tasks(Allocation allocation, Job job, TaskGroup group, List<String> facts, List<String> next) {
        for (Map.Entry<String, TaskState> entry :
                allocation.client().taskStates().entrySet()) {
            var state = entry.getValue();
            facts.add("task \"" + entry.getKey() + "\" " + said(state));
            var task = group.task(entry.getKey());
            if (task.isPresent() && state.status() == TaskStatus.PENDING && !allocation.isTerminal()) {
                waitsFor(task.get(), group, allocation).ifPresent(next::add);
                missing(entry.getKey(), state).ifPresent(next::add);
            }
            if (task.isPresent() && state.restarts() > 0 && !allocation.isTerminal()) {
                next.add(restarts(task.get(), job, group, state));
            }
        }
    }

    private static String said(TaskState state) {
        var text = new StringBuilder(
                switch (state.status()) {
                    case PENDING -> "has not started";
                    case RUNNING -> "runs since " + Waits.at(state.startedAt());
                    case DEAD -> state.failed() ? "failed" : "ended";
                });
        if (state.restarts() > 0) {
            text.append(", restarted ").append(state.restarts()).append(state.restarts() == 1 ? " time" : " times");
        }
        if (state.status() != TaskStatus.RUNNING || state.restarts() > 0) {
            var events = state.events();
            var told = events.stream()
                    .filter(Course::tellsWhy)
                    .reduce((first, last) -> last)
                    .filter(event -> !event.equals(events.getLast()));
            told.ifPresent(
                    event -> text.append("; ").append(event.type()).append(": ").append(event.displayMessage()));
            if (!events.isEmpty()) {
                var last = events.getLast();
                text.append("; last: ").append(last.type()).append(", ").append(last.displayMessage());
                text.append(" (").append(Waits.at(last.time())).append(')');
            }
        }
        return text.toString();
    }

    /** Not what follows from it: that a task is, or is not, started again. */
    private static boolean tellsWhy(TaskEvent event) {
        return event.type().equals("Terminated")
                || event.type().contains("Fail")
                || event.type().equals("Task hook failed")
                || event.failsTask() && !event.type().equals("Not Restarting");
    }

    /** What its templates wait for. */
    private static Optional<String> missing(String task, TaskState state) {
        return state.events().isEmpty()
                ? Optional.empty()
                : Optional.of(state.events().getLast())
                        .filter(last -> last.type().equals("Template")
                                && last.displayMessage().startsWith("Missing: "))
                        .map(last -> "task \"" + task + "\" starts as soon as its templates find what they miss (keys:"
                                + " steppe kv put, variables: steppe var put, services: an instance that is healthy)");
    }

    /** The tasks that come before it in the order of the group. */
    private static Optional<String> waitsFor(Task task, TaskGroup group, Allocation allocation) {
        var hook = task.lifecycle().map(Lifecycle::hook).orElse("");
        var before = group.tasks().stream()
                .filter(other -> !other.name().equals(task.name()))
                .filter(other -> isBefore(other, hook, allocation))
                .map(Task::name)
                .toList();
        if (before.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of("task \"" + task.name() + "\" waits for " + String.join(", ", before)
                + (hook.equals("poststart") ? " to run" : hook.isEmpty() ? " to be done first" : " to end"));
    }

    private static boolean isBefore(Task other, String hook, Allocation allocation) {
        var otherHook = other.lifecycle().map(Lifecycle::hook).orElse("");
        var status = Optional.ofNullable(allocation.client().taskStates().get(other.name()))
                .map(TaskState::status)
                .orElse(TaskStatus.PENDING);
        boolean sidecar = other.lifecycle().filter(Lifecycle::sidecar).isPresent();
        return switch (hook) {
            case "prestart" -> false;
            case "poststart" -> otherHook.isEmpty() && status == TaskStatus.PENDING;
            case "poststop" -> otherHook.isEmpty() && status != TaskStatus.DEAD;
            default ->
                otherHook.equals("prestart") && (sidecar ? status == TaskStatus.PENDING : status != TaskStatus.DEAD);
        };
    }

    private static String restarts(Task task, Job job, TaskGroup group, TaskState state) {
        var policy = task.restartPolicy()
                .or(group::restartPolicy)
                .orElseGet(() -> RestartPolicy.defaultOf(job.spec().type()));
        return "task \"" + task.name() + "\" may be restarted " + policy.attempts() + " times within "
                + GoDuration.format(policy.interval()) + ", " + GoDuration.format(policy.delay())
                + " after it ended (last at " + Waits.at(state.lastRestart()) + "); then "
                + (policy.mode().equals("fail") ? "the allocation fails" : "it waits for the next interval");
    }

    private void health(Allocation allocation, Job job, TaskGroup group, List<String> facts, List<String> next) {
        if (allocation.client().status() != ClientStatus.RUNNING
                || job.spec().type() == JobType.BATCH
                || job.spec().type() == JobType.SYSBATCH) {
            return;
        }
        var healthy = allocation.client().health().flatMap(it -> it.healthy());
        if (healthy.orElse(false)) {
            return;
        }
        var failing = allocation.client().checks().values().stream()
                .filter(check ->
                        !check.status().equals("passing") && !check.status().equals("success"))
                .map(check -> "check \"" + check.check() + "\" of service " + check.service() + " is " + check.status()
                        + (check.output().isBlank() ? "" : ": " + check.output().strip()))
                .toList();
        facts.addAll(failing);
        if (healthy.isPresent()) {
            facts.add("it did not become healthy in time");
            return;
        }
        judged(allocation, job, group).ifPresent(next::add);
    }

    /** What it has to do to count as healthy. Outside of a deployment the update block says nothing. */
    private static Optional<String> judged(Allocation allocation, Job job, TaskGroup group) {
        var deployment = allocation.deploymentId();
        var update = group.update().or(() -> job.spec().update());
        if (deployment.isEmpty() || update.isEmpty()) {
            return group.migrate()
                    .filter(it -> !it.healthCheck().equals("manual"))
                    .map(it -> unproven(it.healthCheck(), it.minHealthyTime(), it.healthyDeadline()));
        }
        var by = update.get();
        return Optional.of(
                by.healthCheck().equals("manual")
                        ? "it is healthy once somebody says so (PUT /v1/deployment/allocation-health/"
                                + deployment.get() + "), and unhealthy when somebody says that or a task fails"
                        : unproven(by.healthCheck(), by.minHealthyTime(), by.healthyDeadline()));
    }

    private static String unproven(String check, Duration minimum, Duration deadline) {
        return "it is healthy once its tasks run " + (check.equals("checks") ? "and its checks pass " : "") + "for "
                + GoDuration.format(minimum) + ", and unhealthy after " + GoDuration.format(deadline);
    }

    private void replacement(Allocation allocation, Job job, TaskGroup group, List<String> next) {
        boolean failed = allocation.client().status() == ClientStatus.FAILED;
        if (!failed
                || allocation.desiredStatus() != DesiredStatus.RUN
                || allocation.next().isPresent()) {
            return;
        }
        var current = snapshot.job(allocation.jobKey()).filter(it -> !it.stop());
        if (current.isEmpty()) {
            next.add("nothing takes its place: the job is stopped");
            return;
        }
        switch (Rescheduling.seen(snapshot, current.get(), now).of(group, allocation)) {
            case Rescheduling.Decision.Now due -> next.add("it is replaced as soon as there is room");
            case Rescheduling.Decision.Later later ->
                next.add("it is replaced at " + Waits.at(later.due()) + " (in "
                        + new Waits(snapshot, now).in(later.due()) + "), as its reschedule policy says");
            case Rescheduling.Decision.NoMore none -> next.add(noMore(allocation, job, group));
            case Rescheduling.Decision.Updated updated -> next.add("the newest version of the job takes its place");
            case Rescheduling.Decision.NotNeeded none ->
                next.add("it is of version " + allocation.jobVersion() + " of the job, which is over");
        }
    }

    private static String noMore(Allocation allocation, Job job, TaskGroup group) {
        var again = " (steppe job eval -force-reschedule " + job.spec().id() + " has it replaced nevertheless)";
        if (!Rescheduling.isExhausted(job.spec(), allocation)) {
            return "it is not replaced any more: "
                    + (job.spec().type().everywhere()
                            ? "there is no other node for it"
                            : "its deployment failed and tries nothing more")
                    + again;
        }
        var policy = group.reschedulePolicy()
                .orElseGet(() -> ReschedulePolicy.defaultOf(job.spec().type()));
        return "it is not replaced any more: its reschedule policy allows " + policy.attempts() + " attempts within "
                + GoDuration.format(policy.interval()) + again;
    }
}
