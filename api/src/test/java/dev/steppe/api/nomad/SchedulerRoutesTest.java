package dev.steppe.api.nomad;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Proves over HTTP how the scheduler configuration is read and set. */
class SchedulerRoutesTest extends ServedWorld {
    private static final String PATH = "/v1/operator/scheduler/configuration";

    @Test
    void the_usual_configuration_is_told_where_nobody_set_another() throws IOException {
        assertThat(ask("GET", PATH, "").text())
                .contains("\"SchedulerAlgorithm\":\"binpack\"")
                .contains("\"SystemSchedulerEnabled\":true", "\"ServiceSchedulerEnabled\":false")
                .contains("\"MemoryOversubscriptionEnabled\":false", "\"PauseEvalBroker\":false");
    }

    @Test
    void it_is_set_as_a_whole_and_only_by_who_knows_its_newest_index() throws IOException {
        var wanted = "{\"SchedulerAlgorithm\":\"spread\",\"PreemptionConfig\":{\"ServiceSchedulerEnabled\":true}}";
        assertThat(ask("PUT", PATH + "?cas=0", wanted).text()).contains("\"Updated\":true");
        assertThat(world.snapshot().schedulerConfiguration().spreads()).isTrue();
        assertThat(world.snapshot().schedulerConfiguration().preemption().service())
                .isTrue();
        assertThat(ask("PUT", PATH + "?cas=0", wanted).text()).contains("\"Updated\":false");
        assertThat(ask("POST", PATH, "{}").text()).contains("\"Updated\":true");
        assertThat(world.snapshot().schedulerConfiguration().spreads()).isFalse();
    }

    @Test
    void what_cannot_be_read_is_refused() throws IOException {
        assertThat(ask("PUT", PATH, "{\"SchedulerAlgorithm\":7}").status()).isEqualTo(400);
        assertThat(ask("PUT", PATH, "{\"Algorithm\":\"spread\"}").status()).isEqualTo(400);
    }
}
