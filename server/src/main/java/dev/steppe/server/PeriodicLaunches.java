package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.language.cron.Schedule;
import dev.steppe.model.Job;
import dev.steppe.model.JobKey;
import dev.steppe.state.Command;
import dev.steppe.state.PeriodicLaunch;
import dev.steppe.state.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Launches periodic jobs when their time comes. Of times that passed while nobody led the newest is made up, once. The
 * state decides whether a time was launched; what is remembered here only saves work.
 */
final class PeriodicLaunches implements Controller {
    /** A launch that was proposed and is not in the state after this long is proposed again. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final RandomGenerator random;
    private final TreeMap<JobKey, Expected> expected = new TreeMap<>();

    /** When a job is launched next, given what was decided about it before; and until when that is left alone. */
    private record Expected(
            PeriodicLaunch after, long jobIndex, Optional<Schedule> times, Instant next, Instant quiet) {
        boolean holds(PeriodicLaunch decided, Job job) {
            return after.equals(decided) && jobIndex == job.jobModifyIndex();
        }

        Expected quietUntil(Instant until) {
            return new Expected(after, jobIndex, times, next, until);
        }
    }

    PeriodicLaunches(RandomGenerator random) {
        this.random = random;
    }

    PeriodicLaunches(Loop loop) {
        this(loop.random());
    }

    @Override
    public String name() {
        return "periodic-launches";
    }

    @Override
    public List<Command> decide(Snapshot snapshot, Instant now) {
        var commands = new ArrayList<Command>();
        for (PeriodicLaunch decided : snapshot.periodicLaunches()) {
            snapshot.job(decided.key())
                    .filter(Job::isLaunching)
                    .flatMap(job -> decide(snapshot, job, decided, now))
                    .ifPresent(commands::add);
        }
        expected.keySet().removeIf(key -> snapshot.periodicLaunch(key).isEmpty());
        return commands;
    }

    private Optional<Command> decide(Snapshot snapshot, Job job, PeriodicLaunch decided, Instant now) {
        var known = Optional.ofNullable(expected.get(job.key()))
                .filter(it -> it.holds(decided, job))
                .orElseGet(() -> expect(job, decided));
        expected.put(job.key(), known);
        if (known.next().isAfter(now) || known.quiet().isAfter(now)) {
            return Optional.empty();
        }
        expected.put(job.key(), known.quietUntil(now.plus(PATIENCE)));
        var due = known.times().flatMap(times -> times.latest(decided.launch(), now));
        boolean overlaps = job.spec().periodic().orElseThrow().prohibitOverlap() && Children.anyGoesOn(snapshot, job);
        return due.map(
                time -> overlaps ? Children.skip(job, time, now) : Children.launch(job, time, false, now, random));
    }

    private static Expected expect(Job job, PeriodicLaunch decided) {
        var times = job.spec().periodic().flatMap(LaunchTimes::schedule);
        var next = times.flatMap(it -> it.next(decided.launch())).orElse(Instant.MAX);
        return new Expected(decided, job.jobModifyIndex(), times, next, Instant.MIN);
    }
}
