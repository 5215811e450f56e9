package dev.steppe.client.allocation;

import dev.steppe.io.Loop;
import dev.steppe.model.CheckStatus;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.JobSpec;
import dev.steppe.model.MigrateStrategy;
import dev.steppe.model.Service;
import dev.steppe.model.ServiceCheck;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.UpdateStrategy;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Whether a new allocation of a service proved healthy: all tasks run and, unless the update strategy looks at tasks only,
 * all checks pass, for the strategy's minimum time without a break; a group without one is judged as its migrate block says. Unhealthy when that did not happen by the deadline or
 * a task failed. The verdict is final.
 */
final class Health {
    private static final Duration MINIMUM = Duration.ofSeconds(10);
    private static final Duration DEADLINE = Duration.ofMinutes(5);

    private final Loop loop;
    private final boolean judged;
    private final boolean byChecks;
    /** What each check must show, by its key: {@code require_healthy}, {@code ignore_warnings} or {@code ignore}. */
    private final TreeMap<String, String> demands = new TreeMap<>();

    private final Duration minimum;
    private final Duration deadline;
    private final Runnable changed;
    private final Instant begun;
    private Optional<Loop.Timer> proving = Optional.empty();
    private Optional<Boolean> verdict = Optional.empty();
    private Instant at = Instant.EPOCH;

    Health(Loop loop, JobSpec job, TaskGroup group, Runnable changed) {
        this.loop = loop;
        this.changed = changed;
        this.begun = loop.now();
        var update = group.update().or(job::update);
        judged = !job.type().ends();
        var migrate = group.migrate();
        byChecks = update.map(UpdateStrategy::healthCheck)
                .or(() -> migrate.map(MigrateStrategy::healthCheck))
                .map("checks"::equals)
                .orElse(true);
        expect(group);
        minimum = update.map(UpdateStrategy::minHealthyTime)
                .or(() -> migrate.map(MigrateStrategy::minHealthyTime))
                .orElse(MINIMUM);
        deadline = update.map(UpdateStrategy::healthyDeadline)
                .or(() -> migrate.map(MigrateStrategy::healthyDeadline))
                .orElse(DEADLINE);
    }

    /** The checks that have to pass are those of this version of the group. */
    void expect(TaskGroup group) {
        demands.clear();
        for (Service service : group.allServices()) {
            int number = 0;
            for (ServiceCheck check : service.checks()) {
                number++;
                demands.put(
                        CheckStatus.key(service, number),
                        check.onUpdate().isEmpty() ? service.onUpdate() : check.onUpdate());
            }
        }
    }

    Optional<Boolean> verdict() {
        return verdict;
    }

    Instant at() {
        return at;
    }

    void look(ClientStatus status, boolean running, SortedMap<String, CheckStatus> checks) {
        if (!judged || verdict.isPresent()) {
            return;
        }
        boolean passing = demands.entrySet().stream()
                .allMatch(demand -> isMet(demand.getValue(), Optional.ofNullable(checks.get(demand.getKey()))));
        if (status == ClientStatus.FAILED || loop.now().isAfter(begun.plus(deadline))) {
            stopProving();
            decide(false);
        } else if (!running || (byChecks && !passing)) {
            stopProving();
        } else if (proving.isEmpty()) {
            proving = Optional.of(loop.after(minimum, () -> {
                decide(true);
                changed.run();
            }));
        }
    }

    private static boolean isMet(String demand, Optional<CheckStatus> found) {
        String status = found.map(CheckStatus::status).orElse("");
        return switch (demand) {
            case "ignore" -> true;
            case "ignore_warnings" -> status.equals(CheckStatus.PASSING) || status.equals(CheckStatus.WARNING);
            default -> status.equals(CheckStatus.PASSING);
        };
    }

    private void stopProving() {
        proving.ifPresent(Loop.Timer::cancel);
        proving = Optional.empty();
    }

    private void decide(boolean healthy) {
        verdict = Optional.of(healthy);
        at = loop.now();
    }
}
