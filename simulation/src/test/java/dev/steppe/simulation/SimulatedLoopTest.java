package dev.steppe.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.io.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A simulated loop keeps what every loop promises, on a clock that only moves with events. */
class SimulatedLoopTest {
    private final VirtualTime time = new VirtualTime(1);
    private final SimulatedLoop loop = new SimulatedLoop(time, "loop", Duration.ZERO);
    private final List<String> happened = new ArrayList<>();

    @Test
    void actions_keep_their_order_and_run_later() {
        for (int i = 0; i < 50; i++) {
            var word = "action" + i;
            loop.execute(() -> happened.add(word));
        }
        assertThat(happened).isEmpty();
        runAll();
        assertThat(happened).hasSize(50).startsWith("action0", "action1").endsWith("action49");
    }

    @Test
    void timers_fire_by_due_time_and_never_early() {
        var begin = loop.now();
        loop.after(Duration.ofSeconds(9), () -> happened.add("late"));
        loop.after(Duration.ofSeconds(1), () -> {
            happened.add("soon");
            assertThat(Duration.between(begin, loop.now())).isBetween(Duration.ofSeconds(1), Duration.ofMillis(1001));
        });
        loop.execute(() -> happened.add("first"));
        runAll();
        assertThat(happened).containsExactly("first", "soon", "late");
    }

    @Test
    void cancelled_timer_does_nothing() {
        var timer = loop.after(Duration.ofSeconds(1), () -> happened.add("never"));
        timer.cancel();
        timer.cancel();
        runAll();
        assertThat(happened).isEmpty();
    }

    @Test
    void offloaded_work_hands_its_outcome_back_on_the_loop() {
        loop.<String>offload("good", () -> "value", outcome -> happened.add(outcome.toString()));
        loop.<String>offload(
                "bad",
                () -> {
                    throw new IllegalStateException("broken");
                },
                outcome -> {
                    if (outcome instanceof Loop.Outcome.Failed<String> failed) {
                        happened.add(failed.reason().getMessage());
                    }
                });
        assertThat(happened).isEmpty();
        runAll();
        assertThat(happened).containsExactlyInAnyOrder("Done[value=value]", "broken");
    }

    @Test
    void closed_loop_runs_nothing_any_more() {
        loop.execute(() -> happened.add("action"));
        loop.after(Duration.ofSeconds(1), () -> happened.add("timer"));
        loop.offload("work", () -> 1, outcome -> happened.add("outcome"));
        loop.close();
        runAll();
        assertThat(happened).isEmpty();
    }

    @Test
    void seed_decides_how_loops_interleave() {
        assertThat(interleaving(1)).isEqualTo(interleaving(1));
        assertThat(interleaving(1)).isNotEqualTo(interleaving(2));
    }

    private static List<String> interleaving(long seed) {
        var world = new VirtualTime(seed);
        var order = new ArrayList<String>();
        for (var name : List.of("a", "b", "c")) {
            var one = new SimulatedLoop(world, name, Duration.ZERO);
            for (int i = 0; i < 10; i++) {
                one.execute(() -> order.add(name));
            }
        }
        while (!world.step().isEmpty()) {
            // all that happens
        }
        return order;
    }

    private void runAll() {
        while (!time.step().isEmpty()) {
            // all that happens
        }
    }
}
