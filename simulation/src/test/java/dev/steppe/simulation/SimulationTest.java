package dev.steppe.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumMap;
import org.junit.jupiter.api.Test;

/** One, three or five servers and three nodes keep their promises through crashes, elections, cut networks and wrong clocks. */
class SimulationTest {
    private static final int SEEDS = 20;

    @Test
    void invariants_hold_and_everything_wanted_comes_true_for_the_first_seeds() {
        int acknowledged = 0;
        var counts = new EnumMap<Tally.What, Integer>(Tally.What.class);
        for (long seed = 1; seed <= SEEDS; seed++) {
            var outcome = Simulation.run(seed);
            acknowledged += outcome.acknowledged();
            outcome.counts().forEach((what, times) -> counts.merge(what, times, Integer::sum));
        }
        assertThat(acknowledged).as("the users got something done").isGreaterThan(SEEDS * 10);
        assertThat(counts).as("what the runs are to try happened").containsOnlyKeys(Tally.What.values());
    }

    @Test
    void seed_gives_the_same_run_again_and_another_seed_another_run() {
        var once = Simulation.run(7);
        assertThat(Simulation.run(7)).isEqualTo(once);
        assertThat(Simulation.run(8).trace()).isNotEqualTo(once.trace());
    }

    @Test
    void lost_write_is_found_and_the_command_to_repeat_the_run_is_told() {
        assertThatThrownBy(() -> {
                    for (long seed = 1; seed <= 3; seed++) {
                        Simulation.runOnForgetfulDisk(seed);
                    }
                })
                .isInstanceOf(Simulation.Failed.class)
                .hasMessageMatching(
                        "(?s).*(nothing_acknowledged_is_lost|what_ended_stays_ended|applied_commands_are_equal).* repeat: ./dev sim \\d+");
    }
}
