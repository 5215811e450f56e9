package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.AutopilotSettings;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.state.Command;
import dev.steppe.state.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When the configuration of a server's file holds, and when not. */
class InitialWordsTest {
    private static final Instant NOW = Instant.parse("2026-01-31T08:00:00Z");
    private static final SchedulerConfiguration SPREADING = new SchedulerConfiguration(
            "spread", new SchedulerConfiguration.Preemption(true, false, false, true), false, false, false, 100, 0, 0);

    @Test
    void it_is_written_down_once_and_what_an_operator_says_stays() {
        var store = new Store();
        var controller = new InitialWords(new Server.Initial(SPREADING, AutopilotSettings.standard()));
        var commands = controller.decide(store.snapshot(), NOW);
        assertThat(commands).hasSize(1);
        store.apply(commands.getFirst());
        assertThat(store.snapshot().schedulerConfiguration().spreads()).isTrue();
        assertThat(controller.decide(store.snapshot(), NOW)).isEmpty();
        store.apply(new Command.SetSchedulerConfiguration(SchedulerConfiguration.standard(), Optional.empty(), NOW));
        assertThat(controller.decide(store.snapshot(), NOW)).isEmpty();
    }

    @Test
    void so_is_how_servers_take_care_of_themselves() {
        var store = new Store();
        var keeping = new AutopilotSettings(false, Duration.ofSeconds(2), 9, 3, Duration.ofSeconds(5), 0, 0);
        var controller = new InitialWords(new Server.Initial(SchedulerConfiguration.standard(), keeping));
        controller.decide(store.snapshot(), NOW).forEach(store::apply);
        assertThat(store.snapshot().autopilot().cleanupDeadServers()).isFalse();
        assertThat(store.snapshot().autopilot().minQuorum()).isEqualTo(3);
        store.apply(new Command.PutAutopilot(AutopilotSettings.standard(), Optional.empty(), NOW));
        assertThat(controller.decide(store.snapshot(), NOW)).isEmpty();
    }

    @Test
    void the_usual_need_not_be_written_down() {
        var controller =
                new InitialWords(new Server.Initial(SchedulerConfiguration.standard(), AutopilotSettings.standard()));
        assertThat(controller.decide(new Store().snapshot(), NOW)).isEqualTo(List.of());
    }
}
