package dev.steppe.jobspec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.JobSpec;
import dev.steppe.model.codec.Codec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The job files of the repository can be read, without notices, and are the same after a way through the API's JSON. */
class ExamplesTest {
    private static final Pattern VARIABLE = Pattern.compile("variable \"(\\w+)\"");

    static List<Path> examples() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("../examples"))) {
            return files.filter(file -> file.toString().endsWith(".nomad"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void example_is_read_and_survives_the_way_through_json(Path file) throws Exception {
        String text = Files.readString(file);
        Map<String, String> variables = new LinkedHashMap<>();
        Matcher declared = VARIABLE.matcher(text);
        while (declared.find()) {
            variables.put(declared.group(1), "5");
        }
        ParsedJob parsed = JobFile.parse(file.toString(), text, variables);
        assertThat(parsed.notices()).isEmpty();
        String json = Codec.toJson(parsed.job());
        assertThat(Codec.fromJson(JobSpec.class, json)).isEqualTo(parsed.job());
        assertThat(JobFile.parse("job.json", "{\"Job\": " + json + "}", Map.of())
                        .job())
                .isEqualTo(parsed.job());
    }
}
