package dev.steppe.language.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Proves what conditions mean, that wrong ones say what is wrong, and that none takes long. */
class FilterTest {
    private static final Map<String, Object> THING = Map.of(
            "Name",
            "web-1",
            "Status",
            "running",
            "Priority",
            50,
            "Stop",
            false,
            "Tags",
            List.of("primary", "v2"),
            "None",
            List.of(),
            "Meta",
            Map.of("owner", "team-a", "a.b", "dotted", "empty", ""),
            "Checks",
            List.of(Map.of("Status", "passing", "Port", 80), Map.of("Status", "critical", "Port", 81)));

    private static boolean holds(String filter) throws InvalidFilterException {
        return Filter.parse(filter).holds(THING);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Status == running",
                "Status == \"running\"",
                "Status == `running`",
                "Status==running and Name!=web-2",
                "Status != stopped",
                "not Status == stopped",
                "not not Status == running",
                "Priority == 50",
                "Priority == 50.0",
                "Priority != 51",
                "Stop == false",
                "Meta.owner == team-a",
                "Meta[\"owner\"] == team-a",
                "Meta[\"a.b\"] == dotted",
                "\"/Meta/a.b\" == dotted",
                "Meta.nobody != team-a",
                "Meta.nobody is empty",
                "Meta.empty is empty",
                "Meta is not empty",
                "None is empty",
                "primary in Tags",
                "\"primary\" in Tags",
                "third not in Tags",
                "Tags contains v2",
                "Tags not contains v3",
                "owner in Meta",
                "Meta contains owner",
                "eb in Name",
                "Name contains eb",
                "Name matches \"^web-[0-9]+$\"",
                "Name matches `^web-\\d+$`",
                "Name not matches \"^db\"",
                "Status == stopped or Priority == 50",
                "Status == stopped and Priority == 50 or Name == web-1",
                "(Status == stopped or Name == web-1) and Priority == 50",
                "any Tags as tag { tag == v2 }",
                "all Tags as tag { tag != v3 }",
                "any Checks as check { check.Status == critical and check.Port == 81 }",
                "all None as it { it == x }",
                "not any None as it { it == x }",
                "any Meta as key, value { key == owner and value matches `^team` }",
                "any Tags as place, _ { place == 1 }",
                "any Checks as check { check.Status == critical and Name == web-1 }"
            })
    void it_holds(String filter) throws InvalidFilterException {
        assertThat(holds(filter)).as(filter).isTrue();
        assertThat(holds("not (" + filter + ")")).as("not " + filter).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Meta.nobody == \"\"",
                "Meta.nobody matches `.*`",
                "Meta.nobody contains x",
                "any Meta.nobody as it { it == x }"
            })
    void what_is_not_there_meets_negations_only(String filter) throws InvalidFilterException {
        assertThat(holds(filter)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
                    | it is empty
                    Status | column 7: the end where ==, !=, in,
                    Status = running | column 8: "=" compares nothing; write ==
                    Status == | the end where a value is expected
                    Status == running and | the end where a condition is expected
                    Status == running Name == x | column 19: "Name" where "and", "or" or the end is expected
                    (Status == running | the end where ")" is expected
                    Status == "running | column 11: the quote " has no end
                    Name matches "\\d" | \\d means nothing between double quotes; write \\\\d, or use backquotes
                    Name matches "(" | "(" is no regular expression: missing closing ): (
                    Name matches `(a)\\1` | is no regular expression: invalid escape sequence: \\1
                    Name matches `(a{1000}){1000}` | it is too large
                    Status is running | column 11: "running" where "empty" is expected
                    Meta..owner == x | the name of a field, with a single dot between its parts
                    Meta[owner] == x | column 6: "owner" where a name in quotes is expected
                    "Name" == x | column 1: "Name" in quotes where the name of a field is expected
                    x in "Tags" | where the name of a field is expected
                    Status not running | column 12: "running" where "in", "contains" or "matches" is expected
                    any Tags { x == y } | column 10: "{" where "as" and a name
                    any Tags as tag tag == v2 | where "{" is expected
                    Priority == high | Priority is a number, and "high" is none
                    Stop == no | Stop is true or false, and never "no"
                    Tags == v2 | Tags is a list, which equals no text; use Tags contains v2
                    Priority is empty | Priority is a number and is never empty
                    Priority matches 5 | Priority is a number and is no text
                    any Name as it { it == x } | Name is a text and is neither a list nor a group of fields
                    """)
    void a_wrong_one_says_where_and_what_would_do(String filter, String message) {
        assertThatThrownBy(() -> holds(filter == null ? "" : filter))
                .isInstanceOf(InvalidFilterException.class)
                .hasMessageContaining(message);
    }

    @Test
    void the_fields_it_asks_about_are_known() throws InvalidFilterException {
        assertThat(Filter.parse("A.b == 1 or any C as d { d.e == 2 and F is empty }")
                        .fields())
                .containsExactly("A", "C", "F");
    }

    @Test
    void no_expression_takes_longer_than_the_text_is_long() throws InvalidFilterException {
        var filter = Filter.parse("Name matches `^(a+)+$`");
        var thing = Map.of("Name", "a".repeat(100_000) + "b");
        org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(30), () -> assertThat(filter.holds(thing)).isFalse());
    }

    @Test
    void neither_depth_nor_length_is_without_bounds() {
        assertThatThrownBy(() -> Filter.parse("(".repeat(100) + "A == b" + ")".repeat(100)))
                .hasMessageContaining("nested more than 64 deep");
        assertThatThrownBy(() -> Filter.parse("A == " + "b".repeat(10_000))).hasMessageContaining("at most 8192");
    }

    /** Whatever words are strung together, the answer is a truth or a message. */
    @Test
    void any_string_of_words_is_read_or_refused() {
        var words = List.of(
                "and",
                "or",
                "not",
                "in",
                "is",
                "empty",
                "contains",
                "matches",
                "any",
                "all",
                "as",
                "(",
                ")",
                "{",
                "}",
                "[",
                "]",
                ",",
                "==",
                "!=",
                "Name",
                "Tags",
                "Meta",
                "Priority",
                "\"x\"",
                "`y`",
                "50",
                ".",
                "x.y");
        var random = new SplittableRandom(1);
        int read = 0;
        for (int round = 0; round < 50_000; round++) {
            var text = new StringBuilder();
            for (int i = random.nextInt(9); i >= 0; i--) {
                text.append(words.get(random.nextInt(words.size()))).append(' ');
            }
            try {
                holds(text.toString());
                read++;
            } catch (InvalidFilterException refused) {
                assertThat(refused.text()).as(text.toString()).isNotBlank();
            }
        }
        assertThat(read).isGreaterThan(50);
    }
}
