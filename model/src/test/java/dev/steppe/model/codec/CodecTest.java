package dev.steppe.model.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.model.Job;
import dev.steppe.model.JobSpec;
import dev.steppe.model.JobType;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Proves that records survive both forms, that the JSON is the published shape, and that errors name the place. */
class CodecTest {
    private static final String SMALL = """
            {"ID":"web","Type":"service","TaskGroups":[{"Name":"g","Count":2,
             "Networks":[{"Mode":"bridge","DynamicPorts":[{"Label":"http","To":8080}]}],
             "Tasks":[{"Name":"t","Driver":"raw_exec","Config":{"command":"/bin/sleep","args":["1",2,true]},
                       "KillTimeout":7000000000,"Resources":{"CPU":20,"MemoryMB":10}}]}],
             "Version":3,"Constraints":null,"Payload":null}
            """;

    @Test
    void a_partial_job_gets_the_defaults_of_every_field_left_out() throws CodecException {
        var job = Codec.fromJson(Job.class, SMALL);
        assertThat(job.version()).isEqualTo(3);
        JobSpec spec = job.spec();
        assertThat(spec.name()).isEqualTo("web");
        assertThat(spec.type()).isEqualTo(JobType.SERVICE);
        assertThat(spec.priority()).isEqualTo(50);
        assertThat(spec.datacenters()).containsExactly("*");
        var task = spec.taskGroups().getFirst().tasks().getFirst();
        assertThat(task.killTimeout()).isEqualTo(Duration.ofSeconds(7));
        assertThat(task.resources().cpu()).isEqualTo(20);
        assertThat(task.config().get("args")).isEqualTo(java.util.List.of("1", 2L, true));
        assertThat(spec.taskGroups().getFirst().network().ports().getFirst().to())
                .isEqualTo(8080);
    }

    @Test
    void a_job_survives_json_and_the_binary_form() throws CodecException {
        var job = Codec.fromJson(Job.class, SMALL);
        assertThat(Codec.fromJson(Job.class, Codec.toJson(job))).isEqualTo(job);
        byte[] binary = Codec.toBinary(Job.class, job);
        assertThat(Codec.fromBinary(Job.class, binary)).isEqualTo(job);
        assertThat(binary.length).isLessThan(Codec.toJson(job).length() / 2);
    }

    @Test
    void the_json_names_are_the_published_ones() throws CodecException {
        String json = Codec.toJson(Codec.fromJson(Job.class, SMALL));
        assertThat(json)
                .contains("\"ID\":\"web\"", "\"JobModifyIndex\":0", "\"MemoryMB\":10", "\"KillTimeout\":7000000000")
                .contains("\"EphemeralDisk\":{\"Sticky\":false,\"Migrate\":false,\"SizeMB\":300}");
    }

    @Test
    void a_field_that_says_something_unknown_is_refused_by_name() {
        assertThatThrownBy(() -> Codec.fromJson(Job.class, "{\"ID\":\"a\",\"Cadence\":{\"Every\":\"1h\"}}"))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("Cadence")
                .hasMessageContaining("not supported");
    }

    @Test
    void an_error_names_the_place_the_value_and_what_was_expected() {
        assertThatThrownBy(() ->
                        Codec.fromJson(Job.class, "{\"ID\":\"a\",\"TaskGroups\":[{\"Name\":\"g\",\"Count\":\"x\"}]}"))
                .hasMessage("TaskGroups[0].Count: expected a whole number but found the text \"x\"");
        assertThatThrownBy(() -> Codec.fromJson(Job.class, "{}")).hasMessage("ID: job id is missing");
    }

    @Test
    void durations_read_and_write_as_job_files_do() throws CodecException {
        assertThat(GoDuration.parse("1h30m")).isEqualTo(Duration.ofMinutes(90));
        assertThat(GoDuration.parse("1.5s")).isEqualTo(Duration.ofMillis(1500));
        assertThat(GoDuration.format(Duration.ofMinutes(90))).isEqualTo("1h30m0s");
        assertThat(GoDuration.format(Duration.ofMillis(1500))).isEqualTo("1.5s");
        assertThatThrownBy(() -> GoDuration.parse("10")).hasMessageContaining("10");
    }
}
