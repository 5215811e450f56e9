package dev.steppe.server;

import dev.steppe.model.JobSpec;
import dev.steppe.model.JobType;
import dev.steppe.model.Refusal;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.model.specification.Examination;
import dev.steppe.model.specification.Finding;
import dev.steppe.model.specification.Problem;
import dev.steppe.model.specification.Rules;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether a job can be taken in: everything wrong with it and everything in it that Steppe does not do, all at once and
 * by name. What is taken in has its effect.
 */
public final class JobAdmission {
    /** Operators want no new work for now. */
    static final Refusal CLOSED = new Refusal(
            Refusal.Code.FORBIDDEN,
            "job registration, dispatch and scale are disabled by the scheduler configuration; steppe operator"
                    + " scheduler set-config -reject-job-registration=false allows them again");

    private JobAdmission() {}

    /** What is wrong, what is refused although it is right, and what the user should know. */
    public record Verdict(List<String> problems, List<String> unsupported, List<String> notices) {

        /** Whether the job can be run. */
        public boolean isTaken() {
            return problems.isEmpty() && unsupported.isEmpty();
        }

        /** Why it cannot. */
        public Refusal refusal() {
            var all = new ArrayList<>(problems);
            all.addAll(unsupported);
            return new Refusal(
                    problems.isEmpty() ? Refusal.Code.UNSUPPORTED : Refusal.Code.INVALID,
                    all.size() + (all.size() == 1 ? " error" : " errors") + " occurred:\n  * "
                            + String.join("\n  * ", all));
        }
    }

    /** What has no effect in a job of its type, or as long as operators do not allow it. */
    static List<String> notices(JobSpec job, SchedulerConfiguration configuration) {
        var notices = new ArrayList<String>();
        if (job.type() == JobType.SYSBATCH && wishesPlaces(job)) {
            notices.add("affinity and spread have no effect in a sysbatch job: it runs on every fitting node");
        }
        job.taskGroups()
                .forEach(group -> group.tasks().stream()
                        .filter(task -> task.resources().memoryMaxMb() != 0 && !configuration.memoryOversubscription())
                        .forEach(task ->
                                notices.add("task \"" + task.name() + "\": memory_max has no effect, since memory"
                                        + " oversubscription is off; steppe operator scheduler set-config"
                                        + " -memory-oversubscription=true turns it on")));
        return notices;
    }

    private static boolean wishesPlaces(JobSpec job) {
        boolean inGroups = job.taskGroups().stream()
                .anyMatch(group -> !group.affinities().isEmpty()
                        || !group.spreads().isEmpty()
                        || group.tasks().stream()
                                .anyMatch(task -> !task.affinities().isEmpty()));
        return inGroups || !job.affinities().isEmpty() || !job.spreads().isEmpty();
    }

    public static Verdict check(JobSpec job, Instant now) {
        var unsupported = new ArrayList<String>();
        var notices = new ArrayList<String>();
        for (Finding finding : Examination.of(job)) {
            (finding.refused() ? unsupported : notices).add(finding.message());
        }
        var problems = new ArrayList<String>();
        Rules.broken(job).stream().map(Problem::message).forEach(problems::add);
        problems.addAll(ConditionCheck.problems(job));
        problems.addAll(LaunchTimes.problems(job, now));
        var templates = TemplateCheck.of(job);
        problems.addAll(templates.mistakes());
        unsupported.addAll(templates.unsupported());
        return new Verdict(List.copyOf(problems), List.copyOf(unsupported), List.copyOf(notices));
    }
}
