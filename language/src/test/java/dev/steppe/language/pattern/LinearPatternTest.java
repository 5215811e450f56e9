package dev.steppe.language.pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Proves that expressions are those of RE2, and that none takes more than a bounded time and memory. */
class LinearPatternTest {
    @Test
    void it_is_the_language_of_re2() throws InvalidPatternException {
        assertThat(LinearPattern.compile("(?P<year>[0-9]{4})-[[:digit:]]+").isFoundIn("on 2026-11"))
                .isTrue();
        assertThat(LinearPattern.compile("(?i)^LINUX$").isFoundIn("linux")).isTrue();
        assertThat(LinearPattern.compile("\\pL{3}").isFoundIn("äöü")).isTrue();
        assertThat(LinearPattern.compile("a{x}").isFoundIn("a{x}")).isTrue();
        assertThatThrownBy(() -> LinearPattern.compile("(a)\\1")).hasMessage("invalid escape sequence: \\1");
        assertThatThrownBy(() -> LinearPattern.compile("(?=a)")).isInstanceOf(InvalidPatternException.class);
        assertThatThrownBy(() -> LinearPattern.compile("(linux")).hasMessage("missing closing ): (linux");
    }

    @Test
    void no_match_begins_within_a_character() throws InvalidPatternException {
        for (String expression : new String[] {"x*", "(?:^|.)"}) {
            var starts = new ArrayList<Integer>();
            LinearPattern.compile(expression).each("😀a", -1, match -> starts.add(match.start()));
            assertThat(starts).as(expression).doesNotContain(1).contains(0, 2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"^(a+)+$", "(a|aa)+$", "(.*)*b", "(a?){50}a{50}", "(x+x+)+y", ".*.*.*.*.*c"})
    void none_takes_much_longer_than_the_text_is_long(String expression) throws InvalidPatternException {
        var pattern = LinearPattern.compile(expression);
        assertTimeoutPreemptively(
                Duration.ofSeconds(30),
                () -> assertThat(pattern.isFoundIn("a".repeat(20_000) + "!")).isEqualTo(expression.startsWith("(a?)")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(a{1000}){1000}",
                "((a{100}){100}){100}",
                "(((((a{9}){9}){9}){9}){9}){9}",
                "([a-z]{0,1000}x){10}",
                "(?:[^]]{900}|b){5}"
            })
    void what_would_take_much_memory_is_refused(String expression) {
        assertThatThrownBy(() -> LinearPattern.compile(expression)).hasMessageContaining("too large");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
                "^([0-9]{1,3}\\.){3}[0-9]{1,3}$",
                "^[a-z][a-z0-9-]{0,62}(\\.[a-z][a-z0-9-]{0,62}){0,10}$",
                "[]{100}]{2}",
                "\\{1000\\}"
            })
    void what_people_write_is_not(String expression) throws InvalidPatternException {
        assertThat(LinearPattern.compile(expression).isFoundIn("?")).isFalse();
    }

    /** Whatever signs are strung together, it is read or refused, and soon. */
    @Test
    void any_string_of_signs_is_read_or_refused() {
        String[] signs = {
            "a",
            "(",
            ")",
            "[",
            "]",
            "^",
            "{",
            "}",
            "{2}",
            "{1000}",
            "{3,900}",
            ",",
            "*",
            "+",
            "?",
            "|",
            "\\",
            "\\d",
            ".",
            "$",
            "(?:",
            "(?i)",
            "[:alpha:]",
            "\\Q",
            "\\E"
        };
        var random = new SplittableRandom(1);
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            for (int round = 0; round < 20_000; round++) {
                var text = new StringBuilder();
                for (int i = random.nextInt(12); i >= 0; i--) {
                    text.append(signs[random.nextInt(signs.length)]);
                }
                try {
                    LinearPattern.compile(text.toString()).isFoundIn("aaa");
                } catch (InvalidPatternException refused) {
                    assertThat(refused.reason()).isNotBlank();
                }
            }
        });
    }
}
