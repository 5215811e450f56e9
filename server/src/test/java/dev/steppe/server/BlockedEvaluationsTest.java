package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.JobSpec;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.scheduler.Scheduler;
import dev.steppe.state.Command;
import dev.steppe.state.Store;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Proves that blocked evaluations are tried again because of what could help them, and not because of anything else. */
class BlockedEvaluationsTest {
    private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");

    private final Store store = new Store();
    private final BlockedEvaluations controller = new BlockedEvaluations();
    private final SplittableRandom random = new SplittableRandom(1);

    private void apply(Command command) {
        assertThat(store.apply(command.encode())).isInstanceOf(Store.Result.Applied.class);
    }

    private void node(String id, String datacenter, int memory) throws CodecException {
        apply(new Command.RegisterNode(
                Codec.fromJson(
                        NodeSpec.class,
                        "{\"ID\":\"" + id + "\",\"Name\":\"" + id + "\",\"Datacenter\":\"" + datacenter
                                + "\",\"NodePool\":\"default\",\"Drivers\":{\"raw_exec\":{\"Detected\":true,\"Healthy\":true}},"
                                + "\"NodeResources\":{\"Cpu\":{\"CpuShares\":10000},\"Memory\":{\"MemoryMB\":" + memory
                                + "},\"Disk\":{\"DiskMB\":100000},\"MinDynamicPort\":20000,\"MaxDynamicPort\":32000}}"),
                List.of(),
                AT));
    }

    private void register(String id, String datacenter, int memory) throws CodecException {
        var spec = Codec.fromJson(
                JobSpec.class,
                "{\"ID\":\"" + id + "\",\"Type\":\"service\",\"Datacenters\":[\"" + datacenter
                        + "\"],\"TaskGroups\":[{\"Name\":\"g\",\"Count\":1,\"Tasks\":[{\"Name\":\"t\",\"Driver\":\"raw_exec\","
                        + "\"Resources\":{\"CPU\":100,\"MemoryMB\":" + memory + "}}]}]}");
        var evaluation = Evaluations.of(spec, "job-register", AT, random);
        apply(new Command.RegisterJob(spec, Optional.empty(), Optional.of(evaluation), AT));
        plan(evaluation);
    }

    private void plan(Evaluation evaluation) {
        var plan = Scheduler.plan(store.snapshot(), evaluation, AT, random);
        var evaluations = new ArrayList<Evaluation>();
        evaluations.add(plan.evaluation());
        evaluations.addAll(plan.followUps());
        apply(new Command.ApplyPlan(plan.placed(), plan.stopped(), plan.moved(), evaluations, AT));
    }

    /** The jobs whose blocked evaluation is to be tried again now. */
    private List<String> unblocked() {
        var found = new ArrayList<String>();
        for (Command command : controller.decide(store.snapshot(), AT)) {
            for (Evaluation evaluation : ((Command.PutEvaluations) command).evaluations()) {
                if (evaluation.status() == EvaluationStatus.PENDING) {
                    found.add(evaluation.jobId().value());
                }
            }
        }
        return found;
    }

    @Test
    void a_new_node_unblocks_what_fits_on_it_only() throws CodecException {
        node("n1", "dc1", 100);
        register("here", "dc1", 500);
        register("huge", "dc1", 5_000);
        register("elsewhere", "dc2", 500);
        assertThat(unblocked()).isEmpty();
        node("n2", "dc1", 1_000);
        assertThat(unblocked()).containsExactly("here");
        node("n3", "dc2", 1_000);
        assertThat(unblocked()).containsExactlyInAnyOrder("here", "elsewhere");
    }

    @Test
    void freed_memory_unblocks_what_needs_no_more_than_that() throws CodecException {
        node("n1", "dc1", 1_000);
        register("first", "dc1", 800);
        register("small", "dc1", 700);
        register("large", "dc1", 1_500);
        assertThat(unblocked()).isEmpty();
        var first = store.snapshot()
                .allocationsOf(store.snapshot().jobs().iterator().next().key())
                .getFirst();
        apply(new Command.ApplyPlan(
                List.of(),
                List.of(new Command.Stop(
                        first.id(),
                        dev.steppe.model.DesiredStatus.STOP,
                        "",
                        Optional.of(dev.steppe.model.ClientStatus.COMPLETE))),
                List.of(),
                List.of(),
                AT));
        assertThat(unblocked()).containsExactly("small");
    }

    @Test
    void what_changed_while_the_evaluation_was_planned_counts() throws CodecException {
        node("n1", "dc1", 100);
        var spec = Codec.fromJson(
                JobSpec.class,
                "{\"ID\":\"late\",\"TaskGroups\":[{\"Name\":\"g\",\"Count\":1,\"Tasks\":[{\"Name\":\"t\",\"Driver\":\"raw_exec\","
                        + "\"Resources\":{\"CPU\":100,\"MemoryMB\":500}}]}]}");
        var evaluation = Evaluations.of(spec, "job-register", AT, random);
        apply(new Command.RegisterJob(spec, Optional.empty(), Optional.of(evaluation), AT));
        var plan = Scheduler.plan(store.snapshot(), evaluation, AT, random);
        node("n2", "dc1", 1_000);
        var evaluations = new ArrayList<Evaluation>(plan.followUps());
        evaluations.add(plan.evaluation());
        apply(new Command.ApplyPlan(List.of(), List.of(), List.of(), evaluations, AT));
        assertThat(unblocked()).containsExactly("late");
    }

    @Test
    void a_stopped_job_waits_for_nothing() throws CodecException {
        node("n1", "dc1", 100);
        register("gone", "dc1", 500);
        apply(new Command.DeregisterJob("default", new dev.steppe.model.JobId("gone"), false, Optional.empty(), AT));
        assertThat(controller.decide(store.snapshot(), AT))
                .singleElement()
                .satisfies(it -> assertThat(((Command.PutEvaluations) it)
                                .evaluations()
                                .getFirst()
                                .status())
                        .isEqualTo(EvaluationStatus.CANCELLED));
    }
}
