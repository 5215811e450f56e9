package dev.steppe.cli.operator;

import dev.steppe.cli.command.Arguments;
import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import java.util.List;

/** Changes how placements are decided; what is not named stays. */
public final class SchedulerSetConfig implements Command {

    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Changes how placements are decided. What is not named stays as it is.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.number("check-index", "index", "Only if the configuration was last changed at this index."),
                Flag.text(
                        "scheduler-algorithm",
                        "name",
                        "binpack fills nodes one after the other, spread evens them out, defragment keeps rests of devices useful."),
                Flag.text("memory-oversubscription", "true|false", "Whether tasks may use memory up to memory_max."),
                Flag.text("reject-job-registration", "true|false", "Whether jobs are refused."),
                Flag.text("pause-eval-broker", "true|false", "Whether evaluations wait."),
                preempt("system", "system"),
                preempt("service", "service"),
                preempt("batch", "batch"),
                preempt("sysbatch", "sysbatch"),
                Flag.refused("node-limit-for-feasibility-checks", "every node is looked at, so there is no limit"));
    }

    private static Flag preempt(String name, String type) {
        return Flag.text(
                "preempt-" + name + "-scheduler",
                "true|false",
                "Whether jobs of type " + type + " evict instances of jobs at least 10 priorities below.");
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var arguments = invocation.arguments();
        arguments.refuseWords();
        var now = invocation
                .nomad()
                .get(SchedulerGetConfig.PATH, Query.none())
                .body()
                .at("SchedulerConfig");
        var before = now.at("PreemptionConfig");
        var preemption = new Json.Fields()
                .put("SystemSchedulerEnabled", flag(arguments, "preempt-system-scheduler", before))
                .put("SysBatchSchedulerEnabled", flag(arguments, "preempt-sysbatch-scheduler", before))
                .put("BatchSchedulerEnabled", flag(arguments, "preempt-batch-scheduler", before))
                .put("ServiceSchedulerEnabled", flag(arguments, "preempt-service-scheduler", before))
                .build();
        var wanted = new Json.Fields()
                .put("SchedulerAlgorithm", arguments.text("scheduler-algorithm").orElse(now.text("SchedulerAlgorithm")))
                .put("PreemptionConfig", preemption)
                .put("MemoryOversubscriptionEnabled", flag(arguments, "memory-oversubscription", now))
                .put("RejectJobRegistration", flag(arguments, "reject-job-registration", now))
                .put("PauseEvalBroker", flag(arguments, "pause-eval-broker", now))
                .put("NodeLimitForFeasibilityChecks", now.number("NodeLimitForFeasibilityChecks"))
                .build();
        // Without an index of the caller's own: what somebody else changed meanwhile must not be undone.
        long index = arguments.number("check-index").orElse(now.number("ModifyIndex"));
        var reply = invocation
                .nomad()
                .put(SchedulerGetConfig.PATH, Query.of("cas", Long.toString(index)), wanted)
                .body();
        if (!reply.at("Updated").isTrue()) {
            throw new CommandFailure("The scheduler configuration was changed meanwhile: it is not at index " + index
                    + " any more. See it with steppe operator scheduler get-config, and try again.");
        }
        invocation.terminal().line("Scheduler configuration updated!");
        return 0;
    }

    private static boolean flag(Arguments arguments, String name, Json now) throws UsageException {
        var written = arguments.text(name);
        if (written.isEmpty()) {
            return now.at(key(name)).isTrue();
        }
        if (!List.of("true", "false").contains(written.get())) {
            throw new UsageException("flag -" + name + " = " + written.get() + " must be true or false");
        }
        return written.get().equals("true");
    }

    private static String key(String flag) {
        return switch (flag) {
            case "preempt-system-scheduler" -> "SystemSchedulerEnabled";
            case "preempt-sysbatch-scheduler" -> "SysBatchSchedulerEnabled";
            case "preempt-batch-scheduler" -> "BatchSchedulerEnabled";
            case "preempt-service-scheduler" -> "ServiceSchedulerEnabled";
            case "memory-oversubscription" -> "MemoryOversubscriptionEnabled";
            case "reject-job-registration" -> "RejectJobRegistration";
            default -> "PauseEvalBroker";
        };
    }
}
