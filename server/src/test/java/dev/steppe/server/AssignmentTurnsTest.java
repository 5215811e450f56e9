package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.io.ThreadLoop;
import dev.steppe.model.Allocation;
import dev.steppe.model.NodeId;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Proves in which turns nodes are told of what is new for them, on a loop of its own. */
class AssignmentTurnsTest {
    private static final int PATIENCE_SECONDS = 30;

    private final ThreadLoop loop = new ThreadLoop("turns");
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final AssignmentTurns turns = new AssignmentTurns(loop, new AssignmentTurns.Teller() {
        @Override
        public void changed(NodeId node, Collection<Allocation> allocations) {
            var line = new StringBuilder(node.value());
            allocations.forEach(it -> line.append(' ')
                    .append(it.id())
                    .append(' ')
                    .append(it.client().description()));
            told.add(line.toString().strip());
        }

        @Override
        public void everything(NodeId node) {
            told.add(node + " everything");
        }
    });

    @AfterEach
    void stop() {
        loop.close();
    }

    private static Allocation allocation(String id, String node, String description) {
        try {
            return Codec.fromJson(
                    Allocation.class,
                    "{\"ID\":\"%s\",\"NodeID\":\"%s\",\"EvalID\":\"e\",\"JobID\":\"j\",\"ClientDescription\":\"%s\"}"
                            .formatted(id, node, description));
        } catch (CodecException wrong) {
            throw new AssertionError(wrong);
        }
    }

    /** Does it on the loop; what was told at once. */
    private List<String> atOnce(Runnable changes) {
        var lines = new CompletableFuture<List<String>>();
        loop.execute(() -> {
            changes.run();
            turns.tell();
            var now = List.copyOf(told);
            told.clear();
            lines.complete(now);
        });
        return lines.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    private String next() throws InterruptedException {
        var line = told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (line == null) {
            throw new AssertionError("nobody was told anything for " + PATIENCE_SECONDS + " s");
        }
        return line;
    }

    @Test
    void few_nodes_are_told_at_once_and_each_in_one_message() {
        var lines = atOnce(() -> {
            turns.changed(allocation("a1", "n1", "x"));
            turns.changed(allocation("a2", "n2", "x"));
            turns.changed(allocation("a3", "n1", "x"));
        });
        assertThat(lines).containsExactly("n1 a1 x a3 x", "n2 a2 x");
    }

    @Test
    void in_a_storm_nodes_take_turns_and_what_is_new_meanwhile_goes_along() throws InterruptedException {
        int nodes = AssignmentTurns.PER_SECOND + 2;
        var first = new AtomicInteger();
        var lines = new ArrayList<>(atOnce(() -> {
            for (int i = 0; i < nodes; i++) {
                turns.changed(allocation("a" + i, "n" + i, "x"));
            }
            turns.tell();
            first.set(told.size());
            // the last two wait: one gets more and its node tells something, one has something that nobody knows
            turns.changed(allocation("late", "n" + (nodes - 2), "x"));
            turns.reported(allocation("a" + (nodes - 2), "n" + (nodes - 2), "running"));
            turns.reported(allocation("unheard", "n" + (nodes - 2), "running"));
            turns.forgotten(new NodeId("n" + (nodes - 1)));
        }));
        while (lines.size() < nodes) {
            lines.add(next());
        }

        assertThat(first).hasValue(AssignmentTurns.PER_SECOND);
        assertThat(lines).startsWith("n0 a0 x", "n1 a1 x").doesNotHaveDuplicates();
        assertThat(lines.subList(AssignmentTurns.PER_SECOND, nodes))
                .containsExactly("n%1$d a%1$d running late x".formatted(nodes - 2), "n" + (nodes - 1) + " everything");
        assertThat(told).isEmpty();
    }

    @Test
    void a_node_that_knows_everything_is_not_told_again() {
        var lines = atOnce(() -> {
            turns.changed(allocation("a1", "n1", "x"));
            turns.changed(allocation("a2", "n2", "x"));
            turns.drop(new NodeId("n1"));
        });
        assertThat(lines).containsExactly("n2 a2 x");
    }
}
