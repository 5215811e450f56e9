package dev.steppe.client.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class DotEnvTest {

    @Test
    void assignments_comments_and_quotes_are_read() throws DotEnv.MalformedException {
        var read = DotEnv.read("""
                # a comment
                A=1
                export B = two words   # and a comment
                C="a # b\\n\\"c\\""
                D='raw \\n $A'
                E=
                F=a#b=c
                G="over
                lines"
                """);
        assertThat(read)
                .isEqualTo(Map.of(
                        "A", "1",
                        "B", "two words",
                        "C", "a # b\n\"c\"",
                        "D", "raw \\n $A",
                        "E", "",
                        "F", "a#b=c",
                        "G", "over\nlines"));
    }

    @Test
    void mistakes_name_the_line_but_never_the_value() {
        assertThatThrownBy(() -> DotEnv.read("A=1\nsecretword\n")).hasMessageContaining("line 2");
        assertThatThrownBy(() -> DotEnv.read("A=\"secretword\n"))
                .hasMessageContaining("line 1")
                .hasMessageContaining("closing quote")
                .hasMessageNotContaining("secretword");
    }
}
