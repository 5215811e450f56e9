package dev.steppe.cli.operator;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.terminal.Fields;
import java.util.List;

/** Shows how placements are decided. */
public final class SchedulerGetConfig implements Command {
    static final String PATH = "/v1/operator/scheduler/configuration";

    @Override
    public String usage() {
        return "[flags]";
    }

    @Override
    public String about() {
        return "Shows how placements are decided: the algorithm, who may evict whom, and what operators paused.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(Flag.toggle("json", "As JSON."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, ApiException {
        invocation.arguments().refuseWords();
        var config = invocation.nomad().get(PATH, Query.none()).body().at("SchedulerConfig");
        if (invocation.arguments().has("json")) {
            invocation.terminal().json(config);
            return 0;
        }
        var preemption = config.at("PreemptionConfig");
        invocation
                .terminal()
                .fields(new Fields()
                        .put("Scheduler Algorithm", config.text("SchedulerAlgorithm"))
                        .put(
                                "Memory Oversubscription",
                                config.at("MemoryOversubscriptionEnabled").isTrue())
                        .put(
                                "Reject Job Registration",
                                config.at("RejectJobRegistration").isTrue())
                        .put("Pause Eval Broker", config.at("PauseEvalBroker").isTrue())
                        .put(
                                "Preemption System Scheduler",
                                preemption.at("SystemSchedulerEnabled").isTrue())
                        .put(
                                "Preemption Service Scheduler",
                                preemption.at("ServiceSchedulerEnabled").isTrue())
                        .put(
                                "Preemption Batch Scheduler",
                                preemption.at("BatchSchedulerEnabled").isTrue())
                        .put(
                                "Preemption SysBatch Scheduler",
                                preemption.at("SysBatchSchedulerEnabled").isTrue())
                        .put("Modify Index", config.number("ModifyIndex")));
        return 0;
    }
}
