package dev.steppe.jobspec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.language.function.FunctionTable;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import dev.steppe.language.value.Value;
import dev.steppe.model.JobSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Where the values of a job file's variables come from, which wins, and what else it is read with. */
class ParseOptionsTest {
    private static final String FILE = """
            variable "a" {
              default = "default"
            }
            variable "b" {
              type    = list(string)
              default = ["x"]
            }
            job "x" {
              datacenters = var.b
              meta {
                a = var.a
              }
              group "g" {
                task "t" {
                  driver = "raw_exec"
                }
              }
            }
            """;

    private static JobSpec read(ParseOptions options) throws DiagnosticException {
        return JobFile.parse("test", FILE, options).job();
    }

    private static ParseOptions options(
            Map<String, String> environment, String variableFile, Map<String, String> variables) {
        return new ParseOptions(
                environment, List.of(new Source("file", variableFile)), variables, FunctionTable.standard(), true);
    }

    @Test
    void single_values_win_over_files_and_files_over_the_environment() throws DiagnosticException {
        assertThat(read(ParseOptions.none()).meta()).containsEntry("a", "default");
        Map<String, String> environment = Map.of("a", "environment", "undeclared", "ignored");
        assertThat(read(options(environment, "", Map.of())).meta()).containsEntry("a", "environment");
        assertThat(read(options(environment, "a = \"file\"", Map.of())).meta()).containsEntry("a", "file");
        assertThat(read(options(environment, "a = \"file\"", Map.of("a", "flag")))
                        .meta())
                .containsEntry("a", "flag");
    }

    @Test
    void texts_are_read_as_the_type_asks() throws DiagnosticException {
        assertThat(read(ParseOptions.of(Map.of("b", "[\"dc1\", \"dc2\"]"))).datacenters())
                .containsExactly("dc1", "dc2");
        assertThat(read(ParseOptions.of(Map.of("a", "[\"text\"]"))).meta()).containsEntry("a", "[\"text\"]");
        assertThatThrownBy(() -> read(ParseOptions.of(Map.of("b", "[dc1")))).isInstanceOf(DiagnosticException.class);
    }

    @Test
    void values_for_unknown_variables_are_refused_with_the_nearest_name() {
        assertThatThrownBy(() -> read(ParseOptions.of(Map.of("ab", "1"))))
                .hasMessageContaining("\"ab\"")
                .hasMessageContaining("Did you mean \"a\"?");
        assertThatThrownBy(() -> read(options(Map.of(), "c = 1", Map.of()))).hasMessageContaining("\"c\"");
    }

    @Test
    void values_for_unknown_variables_are_notices_when_not_strict() throws DiagnosticException {
        ParseOptions lenient = new ParseOptions(
                Map.of(), List.of(new Source("file", "c = 1")), Map.of("ab", "1"), FunctionTable.standard(), false);
        assertThat(JobFile.parse("test", FILE, lenient).notices())
                .anySatisfy(notice -> assertThat(notice.message()).contains("\"ab\""))
                .anySatisfy(notice -> assertThat(notice.message()).contains("\"c\""));
    }

    @Test
    void files_of_values_may_be_json() throws DiagnosticException {
        assertThat(read(options(Map.of(), "{\"a\": \"json ${x}\", \"b\": [\"dc1\"]}", Map.of())))
                .satisfies(job -> assertThat(job.meta()).containsEntry("a", "json ${x}"))
                .satisfies(job -> assertThat(job.datacenters()).containsExactly("dc1"));
        assertThatThrownBy(() -> read(options(Map.of(), "{\"a\": ", Map.of()))).hasMessageContaining("a value");
    }

    @Test
    void functions_of_the_caller_can_be_called() throws DiagnosticException {
        FunctionTable functions = FunctionTable.standard().with("file", arguments -> Value.of("content"));
        ParseOptions options = new ParseOptions(Map.of(), List.of(), Map.of(), functions, true);
        String text = FILE.replace("var.a", "file(\"x\")");
        assertThat(JobFile.parse("test", text, options).job().meta()).containsEntry("a", "content");
        assertThatThrownBy(() -> JobFile.parse("test", text, ParseOptions.none()))
                .hasMessageContaining("no function \"file\"");
    }

    @Test
    void fields_of_an_api_client_are_completed_like_a_job_file() throws Exception {
        JobSpec job = JobFile.fromApi(Map.of(
                "ID", "x",
                "Type", "batch",
                "TaskGroups",
                        List.of(Map.of(
                                "Name", "g",
                                "RestartPolicy", Map.of("Attempts", 1L),
                                "Services", List.of(Map.of("PortLabel", "80")),
                                "Tasks", List.of(Map.of("Name", "t", "Driver", "raw_exec"))))));
        assertThat(job.taskGroups().getFirst().restartPolicy().orElseThrow().interval())
                .isEqualTo(Duration.ofHours(24));
        assertThat(job.taskGroups().getFirst().services().getFirst().name()).isEqualTo("x-g");
    }
}
