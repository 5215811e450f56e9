package dev.steppe.cli.job;

import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Terminal;
import dev.steppe.cli.terminal.Times;
import dev.steppe.language.cron.MalformedCronException;
import dev.steppe.language.cron.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** When a periodic job is launched next, computed from its own times. */
final class NextLaunch {
    private NextLaunch() {}

    /** Empty for a job without times, or whose times are switched off. */
    static Optional<Instant> of(Json job, Instant now) {
        var periodic = job.at("Periodic");
        if (periodic.entries().isEmpty() || !periodic.isTrue("Enabled") || job.isTrue("Stop")) {
            return Optional.empty();
        }
        var expressions = periodic.texts("Specs").isEmpty() ? List.of(periodic.text("Spec")) : periodic.texts("Specs");
        try {
            return Schedule.of(expressions, periodic.text("TimeZone")).next(now);
        } catch (MalformedCronException unknown) {
            return Optional.empty();
        }
    }

    /** The time and how long it is until then. */
    static String shown(Instant next, Terminal terminal) {
        var left = Duration.between(terminal.clock().instant(), next);
        return terminal.time(next) + " (" + Times.span(left) + " from now)";
    }
}
