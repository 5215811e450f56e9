package dev.steppe.agent.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.agent.Proofs;
import java.io.IOException;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Whatever the tables of keys say works has a test on a running agent, by name. */
class AgentConfigurationProofsTest {
    private static TreeMap<String, Key> works() {
        var works = new TreeMap<String, Key>();
        for (Dialect dialect : Dialect.values()) {
            KeyTable.of(dialect).keys().stream()
                    .filter(key -> key.fate() == Fate.WORKS)
                    .forEach(key -> works.put(place(key), key));
        }
        return works;
    }

    private static String place(Key key) {
        var section = (key.dialect() + " " + key.section())
                .toLowerCase(java.util.Locale.ROOT)
                .strip();
        return section + "." + key.name();
    }

    @Test
    void every_key_that_works_has_a_test_on_a_running_agent_and_none_that_does_not() throws IOException {
        assertThat(Proofs.read("agent-configuration.txt").fields())
                .containsExactlyInAnyOrderElementsOf(works().keySet());
    }

    @Test
    void every_test_that_is_named_exists_has_a_node_and_says_the_key() throws IOException {
        var works = works();
        assertThat(Proofs.read("agent-configuration.txt").problems(place -> {
                    var key = works.get(place);
                    return key == null ? List.of(place) : List.of(key.name());
                }))
                .isEmpty();
    }
}
