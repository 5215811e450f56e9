package dev.steppe.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** A server and three nodes keep their promises through crashes, reboots, lost leadership and cut networks. */
class SimulationTest {
    private static final int SEEDS = 20;

    @Test
    void invariants_hold_and_everything_wanted_comes_true_for_the_first_seeds() {
        int acknowledged = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            acknowledged += Simulation.run(seed).acknowledged();
        }
        assertThat(acknowledged).as("the users got something done").isGreaterThan(SEEDS * 10);
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
                        "(?s).*(nothing_acknowledged_is_lost|what_ended_stays_ended).* repeat: ./dev sim \\d+");
    }
}
