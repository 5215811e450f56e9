package dev.steppe.client.allocation;

import dev.steppe.io.Loop;
import dev.steppe.model.Allocation;
import dev.steppe.model.CheckStatus;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DeploymentHealth;
import dev.steppe.model.DeploymentId;
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
 * all checks pass, for the strategy's minimum time without a break; outside of a deployment, as after a drain, the group's
 * migrate block says how. Unhealthy when that did not happen by the deadline or a task failed. With {@code health_check = "manual"} only a failure is seen; the rest is for the operator to say. The
 * verdict is final for the deployment it was found in.
 */
final class Health {
    private static final Duration MINIMUM = Duration.ofSeconds(10);
    private static final Duration DEADLINE = Duration.ofMinutes(5);

    private final Loop loop;
    private final Runnable changed;
    private boolean judged;
    private boolean byOperator;
    private boolean byChecks;
    /** What each check must show, by its key: {@code require_healthy}, {@code ignore_warnings} or {@code ignore}. */
    private final TreeMap<String, String> demands = new TreeMap<>();

    private Duration minimum = Duration.ZERO;
    private Duration deadline = Duration.ZERO;
    private Instant begun = Instant.EPOCH;
    private Optional<DeploymentId> deployment = Optional.empty();
    private Optional<Loop.Timer> proving = Optional.empty();
    private Optional<Loop.Timer> ending = Optional.empty();
    private Optional<DeploymentHealth> verdict = Optional.empty();

    /** Goes on from a verdict that was found before, if there is one. */
    Health(Loop loop, Allocation allocation, JobSpec job, TaskGroup group, Runnable changed) {
        this.loop = loop;
        this.changed = changed;
        judge(allocation.deploymentId(), job, group);
        verdict = allocation
                .client()
                .health()
                .filter(health ->
                        health.healthy().isPresent() && health.deploymentId().equals(deployment));
    }

    /** Judges anew, for another deployment. */
    void judge(Optional<DeploymentId> inDeployment, JobSpec job, TaskGroup group) {
        stopProving();
        ending.ifPresent(Loop.Timer::cancel);
        verdict = Optional.empty();
        deployment = inDeployment;
        begun = loop.now();
        // Every group of a service has an update block, if only the usual one; outside of a deployment it says nothing.
        var update = inDeployment.isPresent() ? group.update().or(job::update) : Optional.<UpdateStrategy>empty();
        judged = !job.type().ends();
        var migrate = group.migrate();
        var by = update.map(UpdateStrategy::healthCheck)
                .or(() -> migrate.map(MigrateStrategy::healthCheck))
                .orElse("checks");
        byChecks = by.equals("checks");
        byOperator = by.equals("manual");
        expect(group);
        minimum = update.map(UpdateStrategy::minHealthyTime)
                .or(() -> migrate.map(MigrateStrategy::minHealthyTime))
                .orElse(MINIMUM);
        deadline = update.map(UpdateStrategy::healthyDeadline)
                .or(() -> migrate.map(MigrateStrategy::healthyDeadline))
                .orElse(DEADLINE);
        boolean limited = judged && !byOperator;
        ending = limited ? Optional.of(loop.after(deadline.plusMillis(1), changed)) : Optional.empty();
    }

    /** True when its verdict is asked for in another deployment than this. */
    boolean isOfOther(Allocation allocation) {
        return !allocation.deploymentId().equals(deployment);
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

    Optional<DeploymentHealth> verdict() {
        return verdict;
    }

    void look(ClientStatus status, boolean running, SortedMap<String, CheckStatus> checks) {
        if (!judged || verdict.isPresent()) {
            return;
        }
        boolean passing = demands.entrySet().stream()
                .allMatch(demand -> isMet(demand.getValue(), Optional.ofNullable(checks.get(demand.getKey()))));
        boolean late = !byOperator && loop.now().isAfter(begun.plus(deadline));
        if (status == ClientStatus.FAILED || late) {
            stopProving();
            decide(false);
        } else if (byOperator || !running || (byChecks && !passing)) {
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
        verdict = Optional.of(DeploymentHealth.unknown(deployment, false).decided(healthy, loop.now()));
        ending.ifPresent(Loop.Timer::cancel);
    }
}
