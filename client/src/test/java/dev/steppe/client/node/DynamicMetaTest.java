package dev.steppe.client.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves that words told about a node win over configured ones and outlive the agent. */
class DynamicMetaTest {
    @TempDir
    Path directory;

    @Test
    void what_was_told_wins_over_the_configuration_and_is_still_known_after_a_restart() throws Exception {
        var configured = new TreeMap<>(Map.of("rack", "7", "zone", "a"));
        var meta = new DynamicMeta(directory);
        assertThat(meta.over(configured).meta()).isEqualTo(configured);
        meta.change(new TreeMap<>(Map.of("zone", Optional.empty(), "owner", Optional.of("me"))));
        meta.change(new TreeMap<>(Map.of("rack", Optional.of("8"))));
        assertThat(directory.resolve("meta.json")).hasContent("""
                {"Meta":{"owner":"me","rack":"8","zone":null}}""");
        var again = new DynamicMeta(directory).over(configured);
        assertThat(again.meta()).isEqualTo(Map.of("rack", "8", "owner", "me"));
        assertThat(again.dynamic()).containsEntry("zone", Optional.empty());
        assertThat(again.configured()).isEqualTo(configured);
    }

    @Test
    void a_damaged_file_is_named() throws Exception {
        Files.writeString(directory.resolve("meta.json"), "{");
        assertThatThrownBy(() -> new DynamicMeta(directory)).hasMessageContaining("meta.json is damaged");
    }
}
