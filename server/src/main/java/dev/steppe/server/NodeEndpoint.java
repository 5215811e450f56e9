package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.model.DrainStrategy;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodePool;
import dev.steppe.model.Refusal;
import dev.steppe.scheduler.DrainPreview;
import dev.steppe.state.Command;
import dev.steppe.state.Store;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** What may be asked about nodes and their pools. Methods may be called from any thread; replies come on the server's loop. */
public final class NodeEndpoint {
    private final Loop loop;
    private final Store store;
    private final Proposals proposals;
    private final NodeEvaluations evaluations;

    NodeEndpoint(Loop loop, Store store, Proposals proposals, NodeEvaluations evaluations) {
        this.loop = loop;
        this.store = store;
        this.proposals = proposals;
        this.evaluations = evaluations;
    }

    /** The evaluations a change of a node has set off. */
    public record Changed(List<EvaluationId> evaluations) {}

    /**
     * How a node is to be emptied: after a positive deadline what is left is stopped, with a negative one everything at
     * once, with zero nothing before it has ended.
     */
    public record DrainWish(Duration deadline, boolean ignoreSystemJobs) {}

    /** Lets a node have new allocations or not. */
    public void setEligibility(NodeId id, boolean eligible, Consumer<Reply<Changed>> then) {
        change(id, then, node -> {
            if (eligible && node.drain().isPresent()) {
                return Outcome.refused(
                        "node " + id + " is being drained and cannot be made eligible; end the drain first");
            }
            var made = eligible ? evaluations.ofNode(store.snapshot(), id) : List.<Evaluation>of();
            String word = eligible ? Node.ELIGIBLE : Node.INELIGIBLE;
            return Outcome.of(new Command.SetNodeEligibility(id, word, made, loop.now()), made);
        });
    }

    /** Empties a node, or goes on emptying it in another way. */
    public void drain(NodeId id, DrainWish wish, SortedMap<String, String> meta, Consumer<Reply<Changed>> then) {
        change(
                id,
                then,
                node -> Outcome.of(new Command.DrainNode(id, strategy(wish), meta, List.of(), loop.now()), List.of()));
    }

    /** Empties a node no more; it gets new allocations again only when {@code eligible}. */
    public void endDrain(NodeId id, boolean eligible, SortedMap<String, String> meta, Consumer<Reply<Changed>> then) {
        change(id, then, node -> {
            var made = eligible ? evaluations.ofNode(store.snapshot(), id) : List.<Evaluation>of();
            return Outcome.of(
                    new Command.EndDrain(id, false, eligible, meta, Collections.emptySortedMap(), made, loop.now()),
                    made);
        });
    }

    /** Tells where each allocation would go if the node were emptied, and changes nothing. */
    public void planDrain(NodeId id, DrainWish wish, Consumer<Reply<DrainPreview>> then) {
        loop.execute(() -> {
            var snapshot = store.snapshot();
            if (snapshot.node(id).isEmpty()) {
                then.accept(Reply.refused(unknown(id)));
                return;
            }
            var now = loop.now();
            var random = new SplittableRandom(loop.random().nextLong());
            var strategy = strategy(wish);
            loop.<DrainPreview>offload(
                    "drain-preview", () -> DrainPreview.of(snapshot, id, strategy, now, random), outcome -> {
                        switch (outcome) {
                            case Loop.Outcome.Done<DrainPreview> done ->
                                then.accept(new Reply.Done<>(done.value(), snapshot.index()));
                            case Loop.Outcome.Failed<DrainPreview> failed ->
                                then.accept(Reply.refused(new Refusal(
                                        Refusal.Code.UNAVAILABLE,
                                        "the drain could not be previewed: " + failed.reason())));
                        }
                    });
        });
    }

    /** Has the scheduler look at every job the node concerns. */
    public void evaluate(NodeId id, Consumer<Reply<Changed>> then) {
        change(id, then, node -> {
            var made = evaluations.ofNode(store.snapshot(), id);
            return Outcome.of(new Command.PutEvaluations(made, loop.now()), made);
        });
    }

    /** Forgets a node; what ran there is lost. */
    public void purge(NodeId id, Consumer<Reply<Changed>> then) {
        change(id, then, node -> {
            var made = evaluations.ofNode(store.snapshot(), id);
            return Outcome.of(new Command.RemoveNodes(List.of(id), made, loop.now()), made);
        });
    }

    /** Makes a pool or changes its words; the reply's value is the index of the change. */
    public void putPool(NodePool pool, Consumer<Reply<Long>> then) {
        loop.execute(() -> {
            var problem = problem(pool);
            if (problem.isPresent()) {
                then.accept(Reply.refused(Refusal.invalid(problem.get())));
            } else {
                proposals.propose(new Command.PutNodePool(pool, loop.now()), then);
            }
        });
    }

    private static Optional<String> problem(NodePool pool) {
        if (!NodePool.NAME.matcher(pool.name()).matches()) {
            return Optional.of("invalid name \"" + pool.name()
                    + "\" of a node pool: up to 128 letters, digits, hyphens and underscores");
        }
        return pool.description().length() > NodePool.DESCRIPTION_MAX
                ? Optional.of("the description of node pool \"" + pool.name() + "\" has "
                        + pool.description().length() + " characters, at most " + NodePool.DESCRIPTION_MAX
                        + " are possible")
                : Optional.empty();
    }

    /** Forgets a pool that nothing is in; the reply's value is the index of the change. */
    public void deletePool(String name, Consumer<Reply<Long>> then) {
        loop.execute(() -> {
            if (store.snapshot().nodePool(name).isEmpty()) {
                then.accept(Reply.refused(Refusal.notFound("node pool not found")));
            } else {
                proposals.propose(new Command.DeleteNodePool(name, loop.now()), then);
            }
        });
    }

    private DrainStrategy strategy(DrainWish wish) {
        return DrainStrategy.beginning(wish.deadline(), wish.ignoreSystemJobs(), loop.now());
    }

    private static Refusal unknown(NodeId id) {
        return Refusal.notFound("node not found: there is no node " + id);
    }

    /** What is to be done, or why not. */
    private record Outcome(Optional<Command> command, List<EvaluationId> evaluations, String refusal) {
        static Outcome of(Command command, List<Evaluation> evaluations) {
            return new Outcome(
                    Optional.of(command),
                    evaluations.stream().map(Evaluation::id).toList(),
                    "");
        }

        static Outcome refused(String why) {
            return new Outcome(Optional.empty(), List.of(), why);
        }
    }

    @FunctionalInterface
    private interface Decision {
        Outcome on(Node node);
    }

    private void change(NodeId id, Consumer<Reply<Changed>> then, Decision decision) {
        loop.execute(() -> {
            var node = store.snapshot().node(id);
            if (node.isEmpty()) {
                then.accept(Reply.refused(unknown(id)));
                return;
            }
            var outcome = decision.on(node.get());
            if (outcome.command().isEmpty()) {
                then.accept(Reply.refused(new Refusal(Refusal.Code.INVALID, outcome.refusal())));
                return;
            }
            proposals.propose(
                    outcome.command().get(),
                    reply -> then.accept(reply.map(index -> new Changed(outcome.evaluations()))));
        });
    }
}
