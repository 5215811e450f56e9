package dev.steppe.agent.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves what {@code steppe config validate} says and with which status it ends. */
class ConfigCommandTest {
    @TempDir
    Path directory;

    private record Said(int status, String out, String err) {}

    private static Said say(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int status = ConfigCommand.run(
                List.of(arguments),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Said(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void a_directory_is_read_by_name_and_other_files_are_left_alone() throws IOException {
        Files.writeString(directory.resolve("a.hcl"), "datacenter = \"x\"");
        Files.writeString(directory.resolve("b.json"), "{\"client\": {\"enabled\": true}}");
        Files.writeString(directory.resolve("c.txt"), "}");
        Files.writeString(directory.resolve(".d.hcl"), "}");
        assertThat(say("validate", directory.toString())).isEqualTo(new Said(0, "Configuration is valid!\n", ""));
    }

    @Test
    void a_mistake_is_shown_and_the_status_is_1() throws IOException {
        var file = Files.writeString(directory.resolve("a.hcl"), "datacenter = \n");
        var said = say("validate", file.toString());
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.err()).contains("on " + file + " line 1");
    }

    @Test
    void what_cannot_be_read_is_named() {
        assertThat(say("validate", directory.resolve("none").toString()).err())
                .contains("there is no file or directory");
        assertThat(say("validate", directory.toString()).err()).contains("holds no file that ends in .hcl or .json");
        assertThat(say("validate").err()).startsWith("Usage:");
        assertThat(say("validate", "-x").status()).isEqualTo(1);
    }

    @Test
    void what_an_agent_cannot_do_yet_is_a_warning_and_the_status_is_0() throws IOException {
        var file = Files.writeString(
                directory.resolve("a.hcl"), "server { encrypt = \"my-key\" }\nclient { no_host_uuid = true }\n");
        var said = say("validate", file.toString());
        assertThat(said.status()).isZero();
        assertThat(said.err()).isEmpty();
        assertThat(said.out())
                .contains("Warning: \"server.encrypt\" is not a key")
                .contains("server { encrypt = ******** }")
                .contains("Notice: " + file + ":2,10: \"client.no_host_uuid\" is met by construction")
                .endsWith("Configuration is valid!\n");
        assertThat(say("validate", "-quiet", file.toString())).isEqualTo(new Said(0, "Configuration is valid!\n", ""));
    }
}
