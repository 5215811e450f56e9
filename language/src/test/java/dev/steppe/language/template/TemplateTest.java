package dev.steppe.language.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What each template in {@code go.txt} and {@code sprig.txt} gives is what the {@code .out} beside it says: the same as
 * Go's own templates with the functions people know, but for the words of the mistakes. {@code -Dsnippets.rewrite=true}
 * writes the outputs anew, to be reviewed as a diff.
 */
class TemplateTest {
    private static final Path FOLDER = Path.of("src/test/resources/dev/steppe/language/template");

    @ParameterizedTest
    @ValueSource(strings = {"go", "sprig"})
    void templates_give_what_is_written_beside_them(String name) throws IOException {
        var out = new StringBuilder();
        for (String part : Files.readString(FOLDER.resolve(name + ".txt")).split("(?m)^### ", -1)) {
            if (!part.isEmpty()) {
                String title = part.substring(0, part.indexOf('\n'));
                String body = part.substring(part.indexOf('\n') + 1).replaceFirst("\n$", "");
                out.append("### ")
                        .append(title)
                        .append('\n')
                        .append(render(body))
                        .append('\n');
            }
        }
        Path expected = FOLDER.resolve(name + ".out");
        if (Boolean.getBoolean("snippets.rewrite")) {
            Files.writeString(expected, out.toString());
        }
        assertThat(out.toString()).isEqualTo(Files.readString(expected));
    }

    private static String render(String text) {
        var data = new FixedData().environment("X", "y");
        try {
            var template = Template.parse(new Source("template", text), Template.Rules.STANDARD);
            return switch (template.render(data, false)) {
                case Rendered.Complete complete -> complete.text();
                case Rendered.Waiting waiting -> "?? " + waiting.missing();
            };
        } catch (DiagnosticException mistake) {
            return "!! " + mistake.getMessage();
        }
    }

    private static DiagnosticException mistake(String text, Template.Rules rules, boolean strict) {
        try {
            Template.parse(new Source("template", text), rules).render(new FixedData(), strict);
        } catch (DiagnosticException mistake) {
            return mistake;
        }
        throw new AssertionError("no mistake was found in: " + text);
    }

    @Test
    void mistakes_show_the_line_with_the_place_underlined() {
        var mistake = mistake("first\n  {{ if eq 1 \"1\" }}x{{ end }}\nlast", Template.Rules.STANDARD, false);
        assertThat(Diagnostic.render(mistake.diagnostics())).isEqualTo("""
                Error: error calling eq: incompatible types for comparison: int and string
                  on template line 2, column 9:
                  2 |   {{ if eq 1 "1" }}x{{ end }}
                    |         ^^""");
    }

    @Test
    void other_delimiters_leave_braces_alone() throws DiagnosticException {
        var rules = new Template.Rules(new Delimiters("[[", "]]"), java.util.Set.of());
        var template = Template.parse(new Source("t", "{{ a }} [[- 1 ]] [[ \"]]\" ]]"), rules);
        assertThat(template.render(new FixedData(), false))
                .isInstanceOfSatisfying(
                        Rendered.Complete.class,
                        complete -> assertThat(complete.text()).isEqualTo("{{ a }}1 ]]"));
    }

    @Test
    void a_missing_key_is_a_mistake_when_asked_for() {
        var mistake = mistake("{{ with parseJSON `{\"port\":1}` }}{{ .pord }}{{ end }}", Template.Rules.STANDARD, true);
        assertThat(mistake.getMessage()).contains("map has no entry for key \"pord\"", "Did you mean \"port\"?");
    }

    @Test
    void denied_functions_are_named() {
        var rules = new Template.Rules(Delimiters.STANDARD, java.util.Set.of("md5sum", "sprig_*"));
        assertThat(mistake("{{ md5sum \"a\" }}", rules, false).getMessage()).contains("\"md5sum\" is disabled");
        assertThat(mistake("{{ sprig_upper \"a\" }}", rules, false).getMessage())
                .contains("\"sprig_upper\" is disabled");
    }

    @Test
    void refused_functions_say_what_to_do() {
        assertThat(mistake("{{ writeToFile \"a\" }}", Template.Rules.STANDARD, false)
                        .getMessage())
                .contains("\"writeToFile\" is refused", "one template block per file");
        assertThat(mistake("{{ call 1 }}", Template.Rules.STANDARD, false).getMessage())
                .contains("\"call\" is refused");
    }

    @Test
    void functions_of_later_are_read_and_named() throws DiagnosticException {
        var template = Template.parse(
                new Source("t", "{{ with pkiCert \"a\" }}{{ .Cert }}{{ end }}"), Template.Rules.STANDARD);
        assertThat(template.calls().stream().filter(call -> !call.works()).map(Template.Call::function))
                .containsExactly("pkiCert");
    }

    @Test
    void misspelled_functions_are_recognised() {
        assertThat(mistake("{{ toUper \"a\" }}", Template.Rules.STANDARD, false).getMessage())
                .contains("Did you mean \"toUpper\"?");
    }

    @Test
    void long_texts_take_no_longer_than_others_for_each_character() {
        String million = "(sprig_repeat 1000000 \"%s\")";
        var results = new TreeMap<String, String>(Map.of(
                "len (sprig_wrapWith 1 \"/\" " + million.formatted("a") + ")", "1999999",
                "len (sprig_snakecase " + million.formatted("A") + ")", "1000000",
                "sprig_b32dec (print " + million.formatted("=") + " \"x\")",
                        "!! template:1,4: error calling sprig_b32dec: illegal base32 data at input byte 0"));
        results.forEach((call, result) -> assertTimeoutPreemptively(
                Duration.ofSeconds(60),
                () -> assertThat(render("{{ " + call + " }}")).isEqualTo(result),
                call));
    }

    @Test
    void templates_without_end_are_stopped() {
        assertThat(mistake(
                                "{{ define \"a\" }}{{ template \"a\" }}{{ end }}{{ template \"a\" }}",
                                Template.Rules.STANDARD,
                                false)
                        .getMessage())
                .contains("templates call each other more than");
        assertThat(mistake(
                                "{{ range loop 1000000 }}{{ range loop 1000000 }}{{ end }}{{ end }}",
                                Template.Rules.STANDARD,
                                false)
                        .getMessage())
                .contains("steps");
        assertThat(mistake("{{ range 100000000000 }}x{{ end }}", Template.Rules.STANDARD, false)
                        .getMessage())
                .contains("steps");
        assertThat(mistake("{{ range loop 1000000 }}" + "x".repeat(100) + "{{ end }}", Template.Rules.STANDARD, false)
                        .getMessage())
                .contains("output is longer");
        assertThat(mistake(
                                "{{ regexReplaceAll \"x.*y|x\" \"\" (sprig_repeat 100000 \"x\") }}",
                                Template.Rules.STANDARD,
                                false)
                        .getMessage())
                .contains("too many steps");
    }
}
