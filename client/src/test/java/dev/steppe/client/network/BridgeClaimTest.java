package dev.steppe.client.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.LinuxCalls;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Proves that a bridge has one agent at a time. */
class BridgeClaimTest {
    private static final String BRIDGE = "claim" + ProcessHandle.current().pid() % 100_000;

    @Test
    void a_bridge_is_taken_by_one_agent_at_a_time_and_the_refusal_tells_whose_it_is() throws Exception {
        assumeTrue(LinuxCalls.isRoot(), "needs root for /run/lock");
        var first = BridgeClaim.take(BRIDGE);
        assertThatThrownBy(() -> BridgeClaim.take(BRIDGE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(BRIDGE)
                .hasMessageContaining("pid " + ProcessHandle.current().pid())
                .hasMessageContaining("-bridge=");
        first.close();
        first.close();
        assertThat(Path.of("/run/lock/steppe-bridge-" + BRIDGE + ".lock")).doesNotExist();
        BridgeClaim.take(BRIDGE).close();
    }
}
