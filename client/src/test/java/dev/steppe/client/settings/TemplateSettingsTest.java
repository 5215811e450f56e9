package dev.steppe.client.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.client.settings.TemplateSettings.Wait;
import dev.steppe.model.WaitConfig;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TemplateSettingsTest {
    private static Optional<Duration> seconds(int number) {
        return Optional.of(Duration.ofSeconds(number));
    }

    private static Wait wait(int min, int max) {
        return new Wait(Duration.ofSeconds(min), Duration.ofSeconds(max));
    }

    private static TemplateSettings settings(Optional<Wait> waiting, Optional<Wait> bounds) {
        var retry = TemplateSettings.Retry.standard();
        return new TemplateSettings(
                List.of(), false, Duration.ZERO, Duration.ZERO, waiting, bounds, retry, retry, retry);
    }

    @Test
    void a_job_that_does_not_ask_waits_as_the_node_says() {
        assertThat(settings(Optional.of(wait(3, 9)), Optional.empty()).waitFor(Optional.empty()))
                .isEqualTo(wait(3, 9));
        assertThat(settings(Optional.empty(), Optional.empty()).waitFor(Optional.empty()))
                .isEqualTo(wait(0, 0));
    }

    @Test
    void a_job_that_asks_for_one_time_gets_a_fitting_other_one() {
        var settings = settings(Optional.of(wait(3, 9)), Optional.empty());
        assertThat(settings.waitFor(Optional.of(new WaitConfig(seconds(5), Optional.empty()))))
                .isEqualTo(wait(5, 20));
        assertThat(settings.waitFor(Optional.of(new WaitConfig(Optional.empty(), seconds(2)))))
                .isEqualTo(wait(2, 2));
    }

    @Test
    void a_job_is_held_to_the_bounds_of_the_node() {
        var settings = settings(Optional.of(wait(3, 9)), Optional.of(wait(2, 30)));
        assertThat(settings.waitFor(Optional.of(new WaitConfig(seconds(1), seconds(99)))))
                .isEqualTo(wait(2, 30));
    }
}
