package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Proves that each flag of the agent has effect or is refused by name. */
class AgentArgumentsTest {
    private static AgentArguments.Parsed parse(String... arguments) {
        return AgentArguments.parse(List.of(arguments), Map.of(), true);
    }

    @Test
    void a_bridge_and_its_addresses_are_taken() {
        var options = parse("-dev", "-bridge=other0", "-bridge-subnet=10.9.0.0/24")
                .options()
                .orElseThrow();
        assertThat(options.bridge()).contains("other0");
        assertThat(options.bridgeSubnet()).hasToString("10.9.0.0/24");
        assertThat(parse("-dev", "-bridge=none").options().orElseThrow().bridge())
                .isEmpty();
    }

    @Test
    void what_is_wrong_is_named_all_at_once() {
        var parsed = parse("-dev", "-bridge-subnet=10.9.0.0/31", "-nomad-port=x", "-surprise");
        assertThat(parsed.options()).isEmpty();
        assertThat(parsed.problems())
                .anyMatch(it -> it.contains("bridge subnet 10.9.0.0/31 is too small"))
                .anyMatch(it -> it.contains("-nomad-port=x"))
                .anyMatch(it -> it.contains("-surprise"));
    }
}
