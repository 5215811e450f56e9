package dev.steppe.agent.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.agent.Repository;
import java.nio.file.Files;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Proves that the tables of keys, what the program reads, and docs/agent-configuration.md are the same. */
class AgentConfigurationReferenceTest {
    /** {@code -Dreference.rewrite=true} writes the page instead of comparing it. */
    @Test
    void the_page_says_what_the_tables_say() throws Exception {
        var page = Repository.root().resolve("docs/agent-configuration.md");
        if (Boolean.getBoolean("reference.rewrite")) {
            Files.writeString(page, KeyReference.text());
        }
        assertThat(Files.readString(page)).isEqualTo(KeyReference.text());
    }

    @ParameterizedTest
    @EnumSource
    void every_key_that_works_is_read(Dialect dialect) {
        var works = KeyTable.of(dialect).keys().stream()
                .filter(key -> key.fate() == Fate.WORKS)
                .map(Key::path)
                .collect(Collectors.toCollection(TreeSet::new));
        works.removeAll(ConfigurationReader.asked().get(dialect));
        assertThat(works).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void every_key_without_effect_says_why(Dialect dialect) {
        assertThat(KeyTable.of(dialect).keys())
                .allSatisfy(key -> assertThat(key.meaning()).as(key.path()).isNotEmpty());
    }

    @Test
    void every_flag_sets_a_key() {
        for (Flag flag : Flags.ALL) {
            assertThat(flag.paths()).isNotEmpty();
            for (Flag.Target target : flag.paths()) {
                assertThat(KeyTable.of(target.dialect()).keys())
                        .anyMatch(key -> key.path().equals(target.path()));
            }
            for (Flag.Target target : flag.instead()) {
                assertThat(KeyTable.of(target.dialect()).keys())
                        .anyMatch(key -> key.path().equals(target.path()));
            }
        }
    }
}
