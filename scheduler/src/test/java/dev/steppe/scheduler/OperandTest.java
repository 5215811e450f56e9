package dev.steppe.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When the comparisons of constraints hold. */
class OperandTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            =                | linux  | linux       | true
            !=               | linux  | linux       | false
            <                | 9      | 10          | true
            >=               | b      | a           | true
            regexp           | abc    | ^a.c$       | true
            regexp           | abc    | (           | false
            version          | 1.4.2  | ">= 1.4, < 2" | true
            version          | 2.0    | ">= 1.4, < 2" | false
            version          | 1.4.2  | nonsense    | false
            semver           | 1.5.0-beta | ">= 1.4" | true
            set_contains     | a,b,c  | c,a         | true
            set_contains_any | a,b    | x,b         | true
            set_contains_any | a,b    | x           | false
            set_contains_all | "a, b" | "b ,a"      | true
            set_contains     | ab     | a           | false
            ==               | 1.0    | 1           | false
            is               | a      | a           | true
            not              | a      | b           | true
            <                | 2      | 1e1         | true
            <                | 1.5    | 1.25        | false
            <=               | 10     | 10.0        | true
            >                | 9a     | 10          | true
            version          | 1.5.0-beta | ">= 1.4" | false
            semver           | 1.4.0-beta | ">= 1.4.0" | false
            version          | 1.5.3  | "~> 1.5.1"  | true
            regexp           | kernel-6.18 | "6\\.[0-9]+" | true
            """, quoteCharacter = '"')
    void comparison_holds_as_listed(String operand, String left, String right, boolean expected) {
        assertThat(Operand.holds(operand, Optional.of(left), Optional.of(right)))
                .isEqualTo(expected);
    }

    /** Every one of them would take longer than anybody waits, were it done as one first thinks of. */
    @ParameterizedTest
    @CsvSource({
        "regexp, '^(a+)+$'",
        "regexp, '(a|aa)+$'",
        "regexp, '(.*)*b'",
        "version, '>= 1.0'",
        "semver, '>= 1.0'",
        "<, 1",
        "set_contains, a"
    })
    void no_comparison_takes_long_however_long_the_value_of_a_node_is(String operand, String right) {
        for (String value : List.of(
                "a".repeat(200_000) + "!",
                "1.".repeat(100_000) + "!",
                "1".repeat(200_000),
                "1.0-" + "a.".repeat(100_000) + "!",
                "b,".repeat(100_000))) {
            assertTimeoutPreemptively(
                    Duration.ofSeconds(30), () -> Operand.holds(operand, Optional.of(value), Optional.of(right)));
        }
    }

    @Test
    void expressions_are_those_of_the_published_engine() {
        var text = Optional.of("aa");
        assertThat(Operand.holds("regexp", text, Optional.of("(?P<all>a+)"))).isTrue();
        assertThat(Operand.holds("regexp", text, Optional.of("[[:alpha:]]{2}"))).isTrue();
        assertThat(Operand.holds("regexp", text, Optional.of("(a)\\1")))
                .as("what it does not know, such as a reference back, holds never and is refused before")
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "dc1,dc1,true",
        "dc*,dc1,true",
        "*,x,true",
        "*1,dc1,true",
        "d*1,dc1,true",
        "d*2,dc1,false",
        "dc,dc1,false",
        "'',dc1,false",
        "*c*,dc1,true",
        "d**1,dc1,true",
        "a*b*c,abbcbc,true",
        "a*b*c,abbcb,false"
    })
    void a_star_stands_for_any_text(String glob, String text, boolean expected) {
        assertThat(new Glob(glob).matches(text)).isEqualTo(expected);
    }

    @Test
    void many_stars_take_no_longer_than_one() {
        var glob = new Glob("*a".repeat(1_000) + "b");
        assertTimeoutPreemptively(
                Duration.ofSeconds(30),
                () -> assertThat(glob.matches("a".repeat(20_000))).isFalse());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            =            |       | linux | false
            =            |       |       | false
            !=           |       | linux | true
            not          | linux |       | true
            !=           |       |       | false
            <            |       | 3     | false
            regexp       |       | .*    | false
            version      |       | > 1   | false
            set_contains |       | a     | false
            is_set       | x     |       | true
            is_set       |       |       | false
            is_not_set   |       |       | true
            is_not_set   | x     |       | false
            like         | x     | x     | false
            """, quoteCharacter = '"')
    void a_side_that_is_not_there_meets_negations_only(String operand, String left, String right, boolean expected) {
        assertThat(Operand.holds(operand, Optional.ofNullable(left), Optional.ofNullable(right)))
                .isEqualTo(expected);
    }
}
