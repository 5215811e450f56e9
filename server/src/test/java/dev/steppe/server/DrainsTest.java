package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientState;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DeploymentHealth;
import dev.steppe.model.DrainMetadata;
import dev.steppe.model.DrainStatus;
import dev.steppe.model.DrainStrategy;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobSpec;
import dev.steppe.model.Node;
import dev.steppe.model.NodeEvent;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.scheduler.DrainPreview;
import dev.steppe.scheduler.PlanCheck;
import dev.steppe.scheduler.Scheduler;
import dev.steppe.state.Command;
import dev.steppe.state.Store;
import dev.steppe.wire.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Proves how nodes are emptied: a real store, the controller and the scheduler; nodes and tasks do what a test says. */
class DrainsTest {
    private static final NodeId N1 = new NodeId("n1");
    private static final NodeId N2 = new NodeId("n2");

    private final Store store = new Store();
    private final SplittableRandom random = new SplittableRandom(7);
    private final Stragglers stragglers = new Stragglers();
    private final Drains drains = new Drains(new NodeEvaluations(() -> this.now, () -> this.random), stragglers);
    private Instant now = Instant.parse("2026-03-01T12:00:00Z");

    @BeforeEach
    void nodes() throws CodecException {
        node("n1");
        node("n2");
        node("n3");
    }

    private void node(String id) throws CodecException {
        stragglers.begin(new NodeId(id));
        apply(new Command.RegisterNode(Codec.fromJson(NodeSpec.class, """
                {"ID":"%s","Name":"%s","Datacenter":"dc1","HTTPAddr":"10.0.0.1:4646",
                 "Attributes":{"kernel.name":"linux"},"Drivers":{"raw_exec":{"Detected":true,"Healthy":true}},
                 "NodeResources":{"Cpu":{"CpuShares":1000},"Memory":{"MemoryMB":1000},"Disk":{"DiskMB":10000}}}""".formatted(id, id)), List.of(), now));
    }

    private void apply(Command command) {
        assertThat(store.apply(command.encode())).isInstanceOf(Store.Result.Applied.class);
    }

    private void job(String id, String type, int count, String groupExtra) throws CodecException {
        apply(new Command.RegisterJob(
                Codec.fromJson(JobSpec.class, """
                {"ID":"%s","Type":"%s","TaskGroups":[{"Name":"g","Count":%d%s,"Tasks":[
                  {"Name":"t","Driver":"raw_exec","Resources":{"CPU":100,"MemoryMB":100}}]}]}""".formatted(id, type, count, groupExtra)),
                Optional.empty(),
                Optional.empty(),
                now));
        schedule(id);
        live(id).forEach(it -> report(it, ClientStatus.RUNNING, true));
    }

    private void schedule(String job) throws CodecException {
        var evaluation =
                Codec.fromJson(Evaluation.class, """
                {"ID":"x%d","JobID":"%s","Type":"service","Priority":50,"TriggeredBy":"job-register"}""".formatted(store.snapshot().index(), job));
        plan(evaluation);
    }

    private void plan(Evaluation evaluation) {
        var accepted = PlanCheck.check(store.snapshot(), Scheduler.plan(store.snapshot(), evaluation, now, random))
                .accepted();
        apply(accepted.command(List.of(accepted.evaluation()), now));
    }

    /** Lets controller and scheduler act until nothing changes. */
    private void settle() {
        for (int round = 0; round < 20; round++) {
            var commands = drains.decide(store.snapshot(), now);
            commands.forEach(this::apply);
            boolean planned = false;
            for (Evaluation evaluation : store.snapshot().evaluations()) {
                if (evaluation.status() == EvaluationStatus.PENDING) {
                    plan(evaluation);
                    planned = true;
                }
            }
            if (commands.isEmpty() && !planned) {
                return;
            }
        }
        throw new AssertionError("it does not come to rest");
    }

    private List<Allocation> all(String job) {
        return store.snapshot().allocationsOf(new JobKey("default", new JobId(job)));
    }

    private List<Allocation> live(String job) {
        return all(job).stream().filter(it -> !it.isTerminal()).toList();
    }

    private List<Allocation> on(String job, NodeId node) {
        return all(job).stream()
                .filter(it -> it.nodeId().equals(node) && !it.client().status().isTerminal())
                .toList();
    }

    private long leaving(String job) {
        return all(job).stream()
                .filter(it -> it.desiredTransition().migrate()
                        && !it.client().status().isTerminal())
                .count();
    }

    private void report(Allocation allocation, ClientStatus status, boolean healthy) {
        var state = new ClientState(
                status,
                "",
                new TreeMap<>(),
                Optional.of(new DeploymentHealth(Optional.of(healthy), now, false, allocation.deploymentId())),
                Optional.empty(),
                new TreeMap<>(),
                List.of());
        apply(new Command.ReportAllocations(List.of(new Command.Report(allocation.id(), state)), List.of(), now));
    }

    private void leftStop(String job) {
        all(job).stream()
                .filter(it -> it.isTerminal() && !it.client().status().isTerminal())
                .forEach(it -> report(it, ClientStatus.COMPLETE, false));
    }

    private void newOnesProve(String job) {
        live(job).stream()
                .filter(it -> it.client().status() == ClientStatus.PENDING)
                .forEach(it -> report(it, ClientStatus.RUNNING, true));
    }

    private void drain(NodeId node, Duration deadline, boolean ignoreSystem) {
        apply(new Command.DrainNode(
                node, DrainStrategy.beginning(deadline, ignoreSystem, now), new TreeMap<>(), List.of(), now));
    }

    private Node node(NodeId id) {
        return store.snapshot().node(id).orElseThrow();
    }

    private Optional<DrainStatus> lastDrain(NodeId id) {
        return node(id).lastDrain().map(DrainMetadata::status);
    }

    @Test
    void an_empty_node_is_drained_at_once_and_stays_ineligible_with_a_history() {
        drain(N1, Duration.ofHours(1), false);
        assertThat(node(N1).isEligible()).isFalse();
        settle();
        assertThat(node(N1).drain()).isEmpty();
        assertThat(node(N1).eligibility()).isEqualTo(Node.INELIGIBLE);
        assertThat(lastDrain(N1)).contains(DrainStatus.COMPLETE);
        assertThat(node(N1).events())
                .extracting(NodeEvent::message)
                .containsExactly("Node registered", "Node drain strategy set", "Node drain complete");
    }

    @Test
    void services_leave_all_draining_nodes_together_no_faster_than_migrate_allows() throws CodecException {
        job("web", "service", 6, ",\"Migrate\":{\"MaxParallel\":2}");
        drain(N1, Duration.ofHours(1), false);
        drain(N2, Duration.ofHours(1), false);
        int rounds = 0;
        while (node(N1).drain().isPresent() || node(N2).drain().isPresent()) {
            settle();
            assertThat(leaving("web")).as("two at a time, of both nodes").isLessThanOrEqualTo(2);
            assertThat(live("web")).hasSize(6);
            leftStop("web");
            settle();
            newOnesProve("web");
            settle();
            rounds++;
            assertThat(rounds).isLessThan(10);
        }
        assertThat(live("web")).allMatch(it -> it.nodeId().equals(new NodeId("n3")));
        assertThat(rounds).as("four of six had to move, two at a time").isBetween(2, 5);
    }

    @Test
    void nothing_moves_while_what_moved_before_has_not_proved_healthy() throws CodecException {
        job(
                "web",
                "service",
                2,
                ",\"Constraints\":[{\"LTarget\":\"${node.unique.name}\",\"RTarget\":\"n1|n3\",\"Operand\":\"regexp\"}]");
        drain(N1, Duration.ofHours(1), false);
        settle();
        leftStop("web");
        settle();
        long left = on("web", N1).stream().filter(it -> !it.isTerminal()).count();
        settle();
        assertThat(on("web", N1).stream().filter(it -> !it.isTerminal()).count())
                .isEqualTo(left);
        newOnesProve("web");
        settle();
        leftStop("web");
        newOnesProve("web");
        settle();
        assertThat(on("web", N1)).isEmpty();
    }

    @Test
    void a_drain_is_complete_only_when_the_tasks_have_stopped() throws CodecException {
        job("web", "service", 3, "");
        drain(N1, Duration.ofSeconds(-1), false);
        settle();
        assertThat(on("web", N1)).isNotEmpty().allMatch(Allocation::isTerminal);
        assertThat(node(N1).drain()).as("told to stop is not stopped").isPresent();
        leftStop("web");
        settle();
        assertThat(node(N1).drain()).isEmpty();
    }

    @Test
    void a_drain_waits_for_what_was_given_up_for_lost_and_still_runs() throws CodecException {
        job("web", "service", 3, "");
        var lost = on("web", N1).getFirst();
        apply(new Command.SetNodeStatus(N1, NodeStatus.DOWN, "", List.of(), now));
        schedule("web");
        apply(new Command.SetNodeStatus(N1, NodeStatus.READY, "", List.of(), now));
        assertThat(on("web", N1)).as("the state takes it for lost").isEmpty();
        told(lost, ClientStatus.RUNNING);
        drain(N1, Duration.ZERO, false);
        settle();
        assertThat(node(N1).drain()).as("its node says that it runs").isPresent();
        told(lost, ClientStatus.COMPLETE);
        settle();
        assertThat(lastDrain(N1)).contains(DrainStatus.COMPLETE);
    }

    @Test
    void a_drain_is_complete_only_when_its_node_has_told_this_leader_what_it_runs() {
        stragglers.clear();
        drain(N1, Duration.ZERO, false);
        settle();
        assertThat(node(N1).drain()).isPresent();
        stragglers.begin(N1);
        settle();
        assertThat(node(N1).drain()).isEmpty();
    }

    private void told(Allocation allocation, ClientStatus status) {
        var state = new ClientState(
                status, "", new TreeMap<>(), Optional.empty(), Optional.empty(), new TreeMap<>(), List.of());
        stragglers.told(allocation.nodeId(), List.of(new Message.Report(allocation.id(), state)), store.snapshot());
    }

    @Test
    void batch_jobs_may_go_on_until_the_deadline_and_move_then() throws CodecException {
        job("sum", "batch", 3, "");
        drain(N1, Duration.ofMinutes(10), false);
        settle();
        assertThat(leaving("sum")).isZero();
        now = now.plus(Duration.ofMinutes(11));
        settle();
        leftStop("sum");
        settle();
        assertThat(node(N1).drain()).isEmpty();
        assertThat(live("sum")).hasSize(3).noneMatch(it -> it.nodeId().equals(N1));
        assertThat(node(N1).events().getLast().details()).containsEntry("deadline_reached", "true");
    }

    @Test
    void a_batch_job_that_ends_by_itself_lets_the_drain_complete_before_the_deadline() throws CodecException {
        job("sum", "batch", 3, "");
        drain(N1, Duration.ZERO, false);
        settle();
        on("sum", N1).forEach(it -> report(it, ClientStatus.COMPLETE, false));
        settle();
        assertThat(node(N1).drain()).isEmpty();
        assertThat(all("sum")).hasSize(3);
    }

    @Test
    void what_runs_everywhere_stops_last_or_is_left_alone() throws CodecException {
        job("web", "service", 3, "");
        job("agent", "system", 1, "");
        drain(N1, Duration.ofHours(1), false);
        settle();
        assertThat(on("agent", N1)).noneMatch(Allocation::isTerminal);
        leftStop("web");
        settle();
        assertThat(on("agent", N1)).allMatch(Allocation::isTerminal);
        leftStop("agent");
        settle();
        assertThat(node(N1).drain()).isEmpty();
        assertThat(on("agent", N1)).isEmpty();
        drain(N2, Duration.ofSeconds(-1), true);
        settle();
        leftStop("web");
        settle();
        assertThat(node(N2).drain()).isEmpty();
        assertThat(on("agent", N2)).hasSize(1).noneMatch(Allocation::isTerminal);
    }

    @Test
    void a_drain_that_is_called_off_leaves_what_has_not_been_asked_to_go() throws CodecException {
        job("web", "service", 3, "");
        drain(N1, Duration.ofHours(1), false);
        apply(new Command.EndDrain(N1, false, true, new TreeMap<>(), new TreeMap<>(), List.of(), now));
        settle();
        assertThat(node(N1).isEligible()).isTrue();
        assertThat(lastDrain(N1)).contains(DrainStatus.CANCELLED);
        assertThat(leaving("web")).isZero();
    }

    @Test
    void a_preview_names_where_each_goes_and_why_one_cannot() throws CodecException {
        job("web", "service", 3, "");
        job("big", "service", 1, ",\"Constraints\":[{\"LTarget\":\"${node.unique.name}\",\"RTarget\":\"n1\"}]");
        job("agent", "system", 1, "");
        var before = store.snapshot();
        var preview =
                DrainPreview.of(before, N1, DrainStrategy.beginning(Duration.ofHours(1), false, now), now, random);
        assertThat(store.snapshot()).as("nothing is done").isSameAs(before);
        var web = preview.allocations().stream()
                .filter(it -> it.job().equals("web"))
                .toList();
        assertThat(web).isNotEmpty().allMatch(DrainPreview.Move::canMove);
        assertThat(web).noneMatch(it -> it.targetNode().equals("n1"));
        var big = preview.allocations().stream()
                .filter(it -> it.job().equals("big"))
                .findFirst()
                .orElseThrow();
        assertThat(big.canMove()).isFalse();
        assertThat(big.reasons()).anyMatch(it -> it.contains("n2") && it.contains("node.unique.name"));
        var system = preview.allocations().stream()
                .filter(it -> it.job().equals("agent"))
                .findFirst()
                .orElseThrow();
        assertThat(system.when()).contains("all others have stopped");
        assertThat(preview.allocations()).hasSize(on("web", N1).size() + 2);
    }
}
