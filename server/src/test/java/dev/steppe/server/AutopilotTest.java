package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.consensus.Member;
import dev.steppe.consensus.MemberId;
import dev.steppe.consensus.Members;
import dev.steppe.consensus.Membership;
import dev.steppe.model.AutopilotSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which server goes: only one that failed, only when it was replaced, never the majority. */
class AutopilotTest {
    private static final AutopilotSettings STANDARD = AutopilotSettings.standard();

    private static Members members(int count) {
        var members = new ArrayList<Member>();
        for (int i = 1; i <= count; i++) {
            members.add(Member.at(new MemberId("m" + i), "127.0.0.1", 4000 + i));
        }
        return new Members(members);
    }

    /** The first leads; the last ones do not answer. */
    private static List<Membership.Progress> progress(int count, int dead) {
        var progress = new ArrayList<Membership.Progress>();
        for (int i = 2; i <= count; i++) {
            progress.add(new Membership.Progress(
                    new MemberId("m" + i), i > count - dead ? Duration.ofMinutes(2) : Duration.ofMillis(100), 10));
        }
        return progress;
    }

    private static Optional<MemberId> superfluous(int count, int dead, AutopilotSettings settings) {
        return Autopilot.superfluous(members(count), progress(count, dead), settings);
    }

    @Test
    void failed_server_goes_once_another_has_taken_its_place() {
        assertThat(superfluous(3, 1, STANDARD))
                .as("two of three bear no failure")
                .isEmpty();
        assertThat(superfluous(4, 1, STANDARD)).contains(new MemberId("m4"));
        assertThat(superfluous(6, 2, STANDARD)).contains(new MemberId("m5"));
        assertThat(superfluous(4, 0, STANDARD)).isEmpty();
    }

    @Test
    void nobody_goes_without_a_majority_that_answers_or_below_the_least_number() {
        assertThat(superfluous(4, 2, STANDARD)).isEmpty();
        assertThat(superfluous(2, 1, STANDARD)).isEmpty();
        var atLeastFour = new AutopilotSettings(
                true, STANDARD.lastContactThreshold(), 250, 4, STANDARD.serverStabilizationTime(), 0, 0);
        assertThat(superfluous(4, 1, atLeastFour)).isEmpty();
        var never = new AutopilotSettings(
                false, STANDARD.lastContactThreshold(), 250, 0, STANDARD.serverStabilizationTime(), 0, 0);
        assertThat(superfluous(4, 1, never)).isEmpty();
    }
}
