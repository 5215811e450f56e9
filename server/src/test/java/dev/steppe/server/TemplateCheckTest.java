package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.JobSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import org.junit.jupiter.api.Test;

class TemplateCheckTest {
    private static TemplateCheck.Found check(String template) throws CodecException {
        return TemplateCheck.of(Codec.fromJson(JobSpec.class, """
                {"ID":"j","TaskGroups":[{"Name":"g","Tasks":[{"Name":"t","Driver":"raw_exec","Templates":[
                  {"DestPath":"local/a","EmbeddedTmpl":"%s"}]}]}]}
                """.formatted(template)));
    }

    @Test
    void mistakes_are_found_with_their_place_before_a_job_runs() throws CodecException {
        assertThat(check("one\\n{{ keyy `a` }}").mistakes())
                .containsExactly(
                        "group \"g\": task \"t\": template \"local/a\": data:2,4: function \"keyy\" not defined;"
                                + " Did you mean \"key\"?");
    }

    @Test
    void what_comes_later_is_named_but_no_mistake() throws CodecException {
        var found = check("{{ with pkiCert `pki/issue/a` }}{{ .Cert }}{{ end }}");
        assertThat(found.mistakes()).isEmpty();
        assertThat(found.unsupported()).singleElement().asString().contains("pkiCert in line 1");
    }

    @Test
    void what_works_says_nothing() throws CodecException {
        var found = check("{{ range service `web` }}{{ .Address }}{{ end }}");
        assertThat(found.mistakes()).isEmpty();
        assertThat(found.unsupported()).isEmpty();
    }
}
