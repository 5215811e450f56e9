package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.ClientStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.Ids;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
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
        register(id, datacenter, memory, 50);
    }

    private void register(String id, String datacenter, int memory, int priority) throws CodecException {
        var spec = Codec.fromJson(
                JobSpec.class,
                "{\"ID\":\"" + id + "\",\"Type\":\"service\",\"Priority\":" + priority + ",\"Datacenters\":[\""
                        + datacenter
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

    /** The jobs whose blocked evaluation is to be tried again now; they are pending then. */
    private List<String> wake(BlockedEvaluations controller) {
        var commands = controller.decide(store.snapshot(), AT);
        commands.forEach(this::apply);
        return pending(commands);
    }

    private List<String> wake() {
        return wake(controller);
    }

    /** The jobs whose blocked evaluation is to be tried again now. */
    private List<String> unblocked() {
        return pending(controller.decide(store.snapshot(), AT));
    }

    private static List<String> pending(List<Command> commands) {
        var found = new ArrayList<String>();
        for (Command command : commands) {
            for (Evaluation evaluation : ((Command.PutEvaluations) command).evaluations()) {
                if (evaluation.status() == EvaluationStatus.PENDING) {
                    found.add(evaluation.jobId().value());
                }
            }
        }
        return found;
    }

    private JobKey key(String job) {
        return new JobKey("default", new JobId(job));
    }

    private Evaluation pending(String job) {
        return store.snapshot().evaluationsOf(key(job)).stream()
                .filter(it -> it.status() == EvaluationStatus.PENDING)
                .findFirst()
                .orElseThrow();
    }

    private void end(String job) {
        var running = store.snapshot().allocationsOf(key(job)).stream()
                .filter(it -> !it.isTerminal())
                .findFirst()
                .orElseThrow();
        var stop = new Command.Stop(running.id(), DesiredStatus.STOP, "", Optional.of(ClientStatus.COMPLETE));
        apply(new Command.ApplyPlan(List.of(), List.of(stop), List.of(), List.of(), AT));
    }

    /** It was planned and found no place, for a reason that a look at nodes does not see. */
    private void planInVain(String job) {
        var evaluation = pending(job);
        var again = evaluation
                .successor(
                        new EvaluationId(Ids.random(random)),
                        "queued-allocs",
                        EvaluationStatus.BLOCKED,
                        "",
                        Instant.EPOCH,
                        AT)
                .scheduled(
                        EvaluationStatus.BLOCKED,
                        "",
                        evaluation.failedGroups(),
                        evaluation.queuedAllocations(),
                        Optional.empty())
                .seen(store.snapshot().index());
        var done = evaluation.with(EvaluationStatus.COMPLETE, "");
        apply(new Command.PutEvaluations(List.of(done, again), AT));
    }

    private void waitFor(String... jobs) throws CodecException {
        node("n1", "dc1", 1_000);
        register("first", "dc1", 800);
        for (String job : jobs) {
            register(job, "dc1", 800);
        }
        assertThat(wake()).isEmpty();
        end("first");
    }

    @Test
    void one_place_that_becomes_free_wakes_the_one_whose_turn_it_is_and_not_all_that_wait() throws CodecException {
        node("n1", "dc1", 1_000);
        register("first", "dc1", 800);
        register("little", "dc1", 800, 20);
        register("usual", "dc1", 800, 50);
        register("later", "dc1", 800, 50);
        register("much", "dc1", 800, 80);
        assertThat(wake()).isEmpty();
        end("first");
        assertThat(wake()).containsExactly("much");
        assertThat(wake()).as("it is promised").isEmpty();
        plan(pending("much"));
        assertThat(wake()).as("it is taken").isEmpty();
        end("much");
        assertThat(wake()).containsExactly("usual");
    }

    @Test
    void as_many_are_woken_as_there_is_room_for() throws CodecException {
        waitFor("a", "b", "c", "d");
        node("n2", "dc1", 1_700);
        assertThat(wake()).containsExactly("a", "b", "c");
    }

    @Test
    void what_one_leaves_goes_to_the_next_and_to_each_of_them_once() throws CodecException {
        waitFor("a", "b", "c");
        for (String job : List.of("a", "b", "c")) {
            assertThat(wake()).containsExactly(job);
            planInVain(job);
        }
        assertThat(wake()).as("each has been asked").isEmpty();
        node("n1", "dc1", 1_001);
        assertThat(wake()).as("something changed").containsExactly("a");
    }

    @Test
    void a_promise_is_over_when_the_one_it_was_made_to_is_stopped() throws CodecException {
        waitFor("a", "b");
        assertThat(wake()).containsExactly("a");
        apply(new Command.DeregisterJob("default", new JobId("a"), false, Optional.empty(), AT));
        plan(pending("a"));
        assertThat(wake()).containsExactly("b");
    }

    @Test
    void a_round_asks_so_many_and_the_next_goes_on_where_it_ended() throws CodecException {
        node("n1", "dc1", 100);
        for (int i = 0; i < 20; i++) {
            register("large-" + (char) ('a' + i), "dc1", 5_000);
        }
        register("small", "dc1", 500);
        var bounded = new BlockedEvaluations(4);
        for (int round = 0; round < 20; round++) {
            assertThat(wake(bounded)).isEmpty();
        }
        node("n2", "dc1", 1_000);
        int rounds = 1;
        while (wake(bounded).isEmpty()) {
            rounds++;
            assertThat(rounds).isLessThan(30);
        }
        assertThat(rounds).isGreaterThan(4);
    }

    @Test
    void who_leads_anew_asks_all_again() throws CodecException {
        waitFor("a", "b");
        assertThat(wake()).containsExactly("a");
        controller.forget();
        assertThat(wake())
                .as("it does not know of the promise, which costs a look in vain")
                .containsExactly("b");
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
        end("first");
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
        apply(new Command.DeregisterJob("default", new JobId("gone"), false, Optional.empty(), AT));
        assertThat(controller.decide(store.snapshot(), AT))
                .singleElement()
                .satisfies(it -> assertThat(((Command.PutEvaluations) it)
                                .evaluations()
                                .getFirst()
                                .status())
                        .isEqualTo(EvaluationStatus.CANCELLED));
    }
}
