package dev.steppe.server;

import dev.steppe.language.cron.MalformedCronException;
import dev.steppe.language.cron.Schedule;
import dev.steppe.model.JobSpec;
import dev.steppe.model.PeriodicConfig;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The launch times of periodic jobs. */
public final class LaunchTimes {
    private LaunchTimes() {}

    /** What is wrong with the times of a job; nothing for one without. */
    static List<String> problems(JobSpec job, Instant now) {
        if (job.periodic().isEmpty() || job.periodic().get().expressions().isEmpty()) {
            return List.of();
        }
        var periodic = job.periodic().get();
        if (!periodic.specType().equals("cron")) {
            return List.of("periodic: spec_type \"" + periodic.specType() + "\" is not known; write cron");
        }
        try {
            var times = Schedule.of(periodic.expressions(), periodic.timeZone());
            return times.next(now).isPresent()
                    ? List.of()
                    : List.of("periodic: " + periodic.expressions() + " names no time that is still to come");
        } catch (MalformedCronException wrong) {
            return List.of("periodic: " + wrong.getMessage());
        }
    }

    /** When a job's next launch after a moment is; empty for one without times. */
    public static Optional<Instant> next(JobSpec job, Instant after) {
        return job.periodic()
                .filter(PeriodicConfig::enabled)
                .flatMap(LaunchTimes::schedule)
                .flatMap(times -> times.next(after));
    }

    /** The times of a job that was admitted; empty when this program cannot read them any more. */
    static Optional<Schedule> schedule(PeriodicConfig periodic) {
        try {
            return Optional.of(Schedule.of(periodic.expressions(), periodic.timeZone()));
        } catch (MalformedCronException unreadable) {
            return Optional.empty();
        }
    }
}
