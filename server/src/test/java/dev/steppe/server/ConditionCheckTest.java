package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.JobSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Proves that a job whose conditions could never hold is refused when it is registered, however it comes. */
class ConditionCheckTest {
    private static List<String> problems(String constraints, String device) throws CodecException {
        return JobAdmission.check(Codec.fromJson(JobSpec.class, """
                                {"ID":"web","Constraints":[%1$s],"TaskGroups":[{"Name":"g","Affinities":[%1$s],"Tasks":[
                                  {"Name":"t","Driver":"raw_exec","Config":{"command":"/bin/true"},
                                   "Resources":{"Devices":[{"Name":"gpu","Constraints":[%2$s]}]}}]}]}""".formatted(constraints, device)), Instant.EPOCH)
                .problems();
    }

    private static String condition(String operand, String value) {
        return "{\"LTarget\":\"${attr.x}\",\"Operand\":\"" + operand + "\",\"RTarget\":\"" + value
                + "\",\"Weight\":50}";
    }

    private static String of(String operand, String value) {
        return condition(operand, value).replace(",\"Weight\":50", "");
    }

    @Test
    void what_cannot_be_read_is_refused_with_its_place() throws CodecException {
        assertThat(problems("", of("regexp", "(")))
                .containsExactly("group \"g\": task \"t\": device \"gpu\": regexp \"(\" is no regular expression:"
                        + " missing closing ): (");
        assertThat(problems(of("regexp", "(a{1000}){1000}"), "")).anyMatch(it -> it.contains("too large"));
        assertThat(problems(of("version", "soon"), "")).anyMatch(it -> it.contains("not a condition on a version"));
        assertThat(problems(of("semver", "~> 1"), "")).anyMatch(it -> it.contains("semver knows no"));
    }

    @Test
    void what_a_node_says_is_read_there() throws CodecException {
        assertThat(problems(of("regexp", "${meta.wanted}"), of("version", ">= 1.2, < 2")))
                .isEmpty();
    }
}
