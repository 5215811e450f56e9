package dev.steppe.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Proves which figures are left out. */
class PublishingTest {
    private static Publishing filtering(boolean others, String... prefixes) {
        return new Publishing(true, true, true, List.of(prefixes), others);
    }

    @Test
    void figures_of_tasks_and_of_the_machine_are_left_out_when_they_are_not_wanted() {
        var modest = new Publishing(true, false, false, List.of(), true);
        assertThat(modest.shows(Metric.TASK_MEMORY_USAGE)).isFalse();
        assertThat(modest.shows(Metric.HOST_MEMORY_FREE)).isFalse();
        assertThat(modest.shows(Metric.ALLOCS_FAILED)).as("counts of the node").isTrue();
        assertThat(Metric.values()).allMatch(Publishing.all()::shows);
    }

    @Test
    void the_longest_prefix_that_fits_decides_and_then_the_default() {
        var mixed = filtering(true, "-nomad.client", "+nomad.client.allocs");
        assertThat(mixed.shows(Metric.HOST_MEMORY_FREE)).isFalse();
        assertThat(mixed.shows(Metric.ALLOCS_FAILED)).isTrue();
        assertThat(mixed.shows(Metric.RAFT_APPLIED)).isTrue();
        assertThat(filtering(false, "+nomad.raft").shows(Metric.RAFT_APPLIED)).isTrue();
        assertThat(filtering(false, "+nomad.raft").shows(Metric.ALLOCS_FAILED)).isFalse();
    }

    @Test
    void a_prefix_says_whether_it_takes_in_or_leaves_out() {
        assertThatThrownBy(() -> filtering(true, "nomad.raft")).hasMessageContaining("begins with neither + nor -");
    }
}
