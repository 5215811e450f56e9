package dev.steppe.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.cli.json.JsonReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Proves that the table of commands, the help and the front door agree with each other. */
class MainTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(Map<String, String> environment, String... args) {
        return Main.run(
                List.of(args),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                environment);
    }

    @Test
    void a_key_for_servers_is_32_bytes_and_another_one_each_time() {
        assertThat(run(Map.of(), "operator", "keygen")).isZero();
        assertThat(run(Map.of(), "operator", "keygen")).isZero();
        var keys = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(keys)
                .hasSize(2)
                .doesNotHaveDuplicates()
                .allSatisfy(key ->
                        assertThat(java.util.Base64.getDecoder().decode(key)).hasSize(32));
    }

    @Test
    void every_command_in_the_help_exists_and_explains_itself() {
        for (var entry : Help.entries()) {
            if (List.of("agent", "agent cleanup", "config validate", "demo", "doctor", "help")
                            .contains(entry.name())
                    || entry.name().startsWith("tls ")) {
                continue; // the launcher starts these without this module
            }
            var command = Commands.create(entry.name());
            assertThat(command).as(entry.name()).isPresent();
            assertThat(command.orElseThrow().about()).as(entry.name()).endsWith(".");
            assertThat(command.orElseThrow().flags())
                    .allSatisfy(flag -> assertThat(flag.about())
                            .as("%s -%s", entry.name(), flag.name())
                            .isNotEmpty());
        }
    }

    @Test
    void no_command_has_a_flag_twice() {
        for (var entry : Help.entries()) {
            Commands.create(entry.name()).ifPresent(command -> {
                var names = new ArrayList<String>();
                command.flags().forEach(flag -> names.add(flag.name()));
                command.commonFlags().forEach(flag -> names.add(flag.name()));
                assertThat(names).as(entry.name()).doesNotHaveDuplicates();
            });
        }
    }

    @Test
    void without_a_command_the_overview_is_shown_and_the_exit_code_is_1() {
        assertThat(run(Map.of())).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("job run").contains("doctor");
    }

    @Test
    void the_version_is_the_one_of_the_build() {
        assertThat(run(Map.of(), "-version")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).matches(Pattern.compile("Steppe v\\d+\\.\\d+.*\\n"));
    }

    @Test
    void the_environment_names_agent_token_and_namespace() throws Exception {
        try (var server = new ReplayServer()) {
            server.prepare("GET /v1/jobs?region=eu&namespace=apps", new ReplayServer.Answer(200, 1, "[]"));
            var environment = new TreeMap<String, String>();
            environment.put("NOMAD_ADDR", server.address());
            environment.put("NOMAD_TOKEN", "s3cret");
            environment.put("NOMAD_NAMESPACE", "apps");
            environment.put("NOMAD_REGION", "eu");

            assertThat(run(environment, "job", "status")).isZero();
            assertThat(server.requests()).containsExactly("GET /v1/jobs?region=eu&namespace=apps token=s3cret");
        }
    }

    @Test
    void flags_and_environment_decide_about_colours() {
        assertThat(Style.wanted(List.of("-force-color"), Map.of())).isTrue();
        assertThat(Style.wanted(List.of("-force-color", "-no-color"), Map.of())).isFalse();
        assertThat(Style.wanted(List.of(), Map.of("NOMAD_CLI_FORCE_COLOR", "1")))
                .isTrue();
        assertThat(Style.wanted(List.of(), Map.of("NO_COLOR", "1", "TERM", "xterm")))
                .isFalse();
        assertThat(Style.wanted(List.of(), Map.of())).isFalse();
    }

    @Test
    void values_of_variables_come_from_the_environment_then_files_then_flags() throws Exception {
        var files = "src/test/resources/files/";
        var environment = new TreeMap<String, String>();
        assertThat(countOf(environment, files + "web.nomad")).isEqualTo(1);
        environment.put("NOMAD_VAR_count", "2");
        environment.put("NOMAD_VAR_of_another_file", "ignored");
        assertThat(countOf(environment, files + "web.nomad")).isEqualTo(2);
        assertThat(countOf(environment, "-var-file", files + "three.vars", files + "web.nomad"))
                .isEqualTo(3);
        assertThat(countOf(environment, "-var-file", files + "three.vars", "-var", "count=4", files + "web.nomad"))
                .isEqualTo(4);
    }

    private long countOf(Map<String, String> environment, String... args) throws Exception {
        out.reset();
        var words = new ArrayList<>(List.of("job", "run", "-output"));
        words.addAll(List.of(args));
        assertThat(run(environment, words.toArray(String[]::new)))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        var group = JsonReader.read(out.toString(StandardCharsets.UTF_8))
                .at("Job")
                .items("TaskGroups")
                .getFirst();
        assertThat(group.items("Tasks").getFirst().at("Config").text("command"))
                .as("read by file(), which begins in the folder of the job file")
                .isEqualTo("/opt/transcode/bin/api");
        return group.number("Count");
    }
}
