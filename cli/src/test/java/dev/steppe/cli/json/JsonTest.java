package dev.steppe.cli.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Proves that JSON text survives reading and writing, and that text which is no JSON is refused with its place. */
class JsonTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "true",
                "-0.5e+10",
                "18446744073709551615",
                "\"\"",
                "[]",
                "{}",
                "[1,[2,{\"a\":null}],\"b\"]",
                "{\"z\":1,\"a\":{\"b\":[true,false]}}",
                "\"quote \\\" backslash \\\\ line\\n tab\\t bell\\u0007 sn\u00f6 \ud83d\ude00\""
            })
    void text_written_is_the_text_read(String text) throws JsonSyntaxException {
        assertThat(JsonWriter.compact(JsonReader.read(text))).isEqualTo(text);
    }

    @Test
    void escapes_are_resolved() throws JsonSyntaxException {
        assertThat(JsonReader.read("\"\\u0041\\/\\b\\f\\r\\ud83d\\ude00\"").text())
                .isEqualTo("A/\b\f\r\ud83d\ude00");
    }

    @Test
    void white_space_between_tokens_means_nothing() throws JsonSyntaxException {
        assertThat(JsonWriter.compact(JsonReader.read(" { \"a\" :\n[ 1 ,\t2 ] }\r\n")))
                .isEqualTo("{\"a\":[1,2]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[",
                "[1",
                "[1,]",
                "{\"a\"}",
                "{\"a\":}",
                "{a:1}",
                "{\"a\":1,}",
                "01",
                "1.",
                "1e",
                "-",
                "+1",
                ".5",
                "tru",
                "nul",
                "\"",
                "\"\\x\"",
                "\"\\u12g4\"",
                "\"\n\"",
                "1 2",
                "[1]]",
                "'a'",
                "NaN"
            })
    void text_that_is_not_json_is_refused(String text) {
        assertThatThrownBy(() -> JsonReader.read(text)).isInstanceOf(JsonSyntaxException.class);
    }

    @Test
    void a_refusal_names_the_offset() {
        assertThatThrownBy(() -> JsonReader.read("{\"a\": ?}")).hasMessageContaining("offset 6");
    }

    @Test
    void deep_nesting_is_refused_before_the_stack_ends() {
        assertThatThrownBy(() -> JsonReader.read("[".repeat(100_000))).hasMessageContaining("nested deeper than 200");
    }

    @Test
    void absent_keys_and_other_kinds_read_as_empty() throws JsonSyntaxException {
        var value = JsonReader.read("{\"a\":null,\"b\":\"x\",\"n\":1.9}");

        assertThat(value.at("a").isNull()).isTrue();
        assertThat(value.at("zz").at("deeper").isNull()).isTrue();
        assertThat(value.text("a")).isEmpty();
        assertThat(value.items("b")).isEmpty();
        assertThat(value.number("b")).isZero();
        assertThat(value.number("n")).isEqualTo(1);
        assertThat(value.isTrue("b")).isFalse();
    }

    @Test
    void indented_output_has_four_spaces_a_level() {
        var value = new Json.Fields()
                .put("a", 1)
                .put("b", new Json.Fields().put("c", true).build())
                .build();

        assertThat(JsonWriter.indented(value))
                .isEqualTo("{\n    \"a\": 1,\n    \"b\": {\n        \"c\": true\n    }\n}");
    }
}
