package dev.steppe.language.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FunctionSetTest {
    private static final List<String> ARGUMENTS = List.of(
            "\"a\"",
            "\"\"",
            "\"7\"",
            "0",
            "-3",
            "9223372036854775807",
            "1.5",
            "true",
            "nil",
            "(sprig_list 1 2)",
            "(sprig_list)",
            "(sprig_dict \"a\" 1)",
            "\"[(\"");

    @Test
    void every_function_says_what_it_does() {
        var empty = new ArrayList<String>();
        for (FunctionSet.Entry entry : FunctionSet.standard().entries()) {
            if (entry.description().isBlank()) {
                empty.add(entry.name());
            }
        }
        assertThat(empty).isEqualTo(List.of());
    }

    /** Whatever a function is given, it answers or refuses; anything else would be a bug of the agent. */
    @Test
    void no_function_breaks_on_odd_arguments() {
        var broken = new ArrayList<String>();
        for (FunctionSet.Entry entry : FunctionSet.standard().entries()) {
            if (entry.standing() == FunctionSet.Standing.WORKS) {
                render(entry.name(), broken);
                for (String one : ARGUMENTS) {
                    render(entry.name() + " " + one, broken);
                    for (String two : ARGUMENTS) {
                        render(entry.name() + " " + one + " " + two, broken);
                        render(entry.name() + " " + one + " " + two + " " + two, broken);
                        render(entry.name() + " " + two + " " + one + " " + two, broken);
                    }
                }
            }
        }
        assertThat(broken).isEqualTo(List.of());
    }

    private static void render(String call, List<String> broken) {
        try {
            Template.parse(new Source("t", "{{ " + call + " }}"), Template.Rules.STANDARD)
                    .render(new FixedData(), false);
        } catch (DiagnosticException refused) {
            assertThat(refused.getMessage()).isNotBlank();
        } catch (RuntimeException bug) {
            broken.add(call + ": " + bug);
        }
    }
}
