package dev.steppe.client.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Task;
import dev.steppe.model.TaskState;
import dev.steppe.model.TaskStatus;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Proves in which order the tasks of a group start and end. */
class TaskOrderTest {
    private final TreeMap<String, TaskState> states = new TreeMap<>();
    private Task before;
    private Task proxy;
    private Task main;
    private Task other;
    private Task after;
    private Task cleanup;
    private TaskOrder order;

    @BeforeEach
    void open() throws CodecException {
        before = task("before", "\"Lifecycle\":{\"Hook\":\"prestart\"}");
        proxy = task("proxy", "\"Lifecycle\":{\"Hook\":\"prestart\",\"Sidecar\":true}");
        main = task("main", "\"Leader\":true");
        other = task("other", "\"Leader\":false");
        after = task("after", "\"Lifecycle\":{\"Hook\":\"poststart\"}");
        cleanup = task("cleanup", "\"Lifecycle\":{\"Hook\":\"poststop\"}");
        order = new TaskOrder(List.of(before, proxy, main, other, after, cleanup));
        for (Task task : List.of(before, proxy, main, other, after, cleanup)) {
            is(task, TaskStatus.PENDING);
        }
    }

    private static Task task(String name, String more) throws CodecException {
        return Codec.fromJson(Task.class, "{\"Name\":\"" + name + "\",\"Driver\":\"raw_exec\"," + more + "}");
    }

    private void is(Task task, TaskStatus status) {
        is(task, status, false);
    }

    private void is(Task task, TaskStatus status, boolean failed) {
        states.put(
                task.name(), new TaskState(status, failed, 0, Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, List.of()));
    }

    private List<String> startable() {
        return List.of(before, proxy, main, other, after, cleanup).stream()
                .filter(task -> order.mayStart(task, states))
                .map(Task::name)
                .toList();
    }

    @Test
    void main_tasks_wait_for_the_end_of_prestart_tasks_and_the_start_of_prestart_sidecars() {
        assertThat(startable()).containsExactly("before", "proxy");
        is(before, TaskStatus.RUNNING);
        is(proxy, TaskStatus.RUNNING);
        assertThat(startable()).doesNotContain("main", "other");
        is(before, TaskStatus.DEAD);
        assertThat(startable()).contains("main", "other").doesNotContain("after", "cleanup");
        is(proxy, TaskStatus.PENDING);
        assertThat(startable()).doesNotContain("main", "other");
    }

    @Test
    void poststart_tasks_wait_until_all_main_tasks_run() {
        is(before, TaskStatus.DEAD);
        is(proxy, TaskStatus.RUNNING);
        is(main, TaskStatus.RUNNING);
        assertThat(startable()).doesNotContain("after");
        is(other, TaskStatus.RUNNING);
        assertThat(startable()).contains("after").doesNotContain("cleanup");
    }

    @Test
    void nothing_ends_while_the_main_tasks_run() {
        is(before, TaskStatus.DEAD);
        is(main, TaskStatus.RUNNING);
        is(other, TaskStatus.RUNNING);
        is(after, TaskStatus.DEAD);
        assertThat(order.ending(states)).isEmpty();
    }

    @Test
    void the_end_of_the_leader_of_all_main_tasks_or_a_failure_ends_the_group() {
        is(other, TaskStatus.RUNNING);
        is(main, TaskStatus.DEAD);
        assertThat(order.ending(states).orElseThrow().event()).isEqualTo("Leader Task Dead");
        is(before, TaskStatus.DEAD, true);
        assertThat(order.ending(states).orElseThrow())
                .isEqualTo(new TaskOrder.Ending("Sibling Task Failed", "Task's sibling \"before\" failed"));
        var plain = new TaskOrder(List.of(other, proxy));
        assertThat(plain.ending(Map.of("other", dead(), "proxy", states.get("proxy")))
                        .orElseThrow()
                        .event())
                .isEqualTo("Main Tasks Dead");
    }

    private static TaskState dead() {
        return new TaskState(TaskStatus.DEAD, false, 0, Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, List.of());
    }

    @Test
    void a_failed_poststop_task_ends_nothing() {
        is(main, TaskStatus.RUNNING);
        is(other, TaskStatus.RUNNING);
        is(cleanup, TaskStatus.DEAD, true);
        assertThat(order.ending(states)).isEmpty();
    }

    @Test
    void the_leader_is_stopped_first_then_the_others_then_sidecars_and_poststop_never() {
        is(before, TaskStatus.DEAD);
        for (Task task : List.of(proxy, main, other, after)) {
            is(task, TaskStatus.RUNNING);
        }
        assertThat(order.stopNext(states)).containsExactly(main);
        is(main, TaskStatus.DEAD);
        assertThat(order.stopNext(states)).containsExactly(other, after);
        is(other, TaskStatus.DEAD);
        is(after, TaskStatus.DEAD);
        assertThat(order.stopNext(states)).containsExactly(proxy);
        is(proxy, TaskStatus.DEAD);
        assertThat(order.stopNext(states)).isEmpty();
        assertThat(order.poststop()).containsExactly(cleanup);
    }

    @Test
    void a_group_is_up_when_mains_and_sidecars_run_and_the_rest_is_done() {
        is(before, TaskStatus.DEAD);
        for (Task task : List.of(proxy, main, other)) {
            is(task, TaskStatus.RUNNING);
        }
        assertThat(order.isUp(states)).isFalse();
        is(after, TaskStatus.DEAD);
        assertThat(order.isUp(states)).isTrue();
        is(proxy, TaskStatus.PENDING);
        assertThat(order.isUp(states)).isFalse();
    }
}
