package dev.steppe.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Proves how command lines are read: every way to write a flag, and what is refused by name. */
class ArgumentsTest {
    private static final List<Flag> FLAGS = List.of(
            Flag.toggle("json", ""),
            Flag.text("task", "name", ""),
            Flag.number("n", "lines", ""),
            Flag.repeated("meta", "key=value", ""),
            Flag.refused("t", "use -json"));

    private static Arguments parse(String... words) throws UsageException {
        return Arguments.parse(List.of(words), FLAGS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-json", "--json", "-json=true", "--json=1", "-json=T"})
    void a_switch_is_on_however_it_is_written(String flag) throws UsageException {
        assertThat(parse(flag).has("json")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-json=false", "--json=0", "-json=F"})
    void a_switch_can_be_off(String flag) throws UsageException {
        assertThat(parse("-json", flag).has("json")).isFalse();
    }

    @Test
    void a_value_follows_an_equals_sign_or_the_flag() throws UsageException {
        assertThat(parse("-task=a").text("task")).contains("a");
        assertThat(parse("--task", "b").text("task")).contains("b");
        assertThat(parse("-task=x=y").text("task")).contains("x=y");
        assertThat(parse("-task", "-json").text("task")).contains("-json");
        assertThat(parse("-task=").text("task")).contains("");
    }

    @Test
    void a_switch_does_not_swallow_the_next_word() throws UsageException {
        var arguments = parse("-json", "true");

        assertThat(arguments.words()).containsExactly("true");
    }

    @Test
    void the_last_value_counts_and_repeated_ones_all_do() throws UsageException {
        var arguments = parse("-task", "a", "-task", "b", "-meta", "x=1", "-meta", "y=2");

        assertThat(arguments.text("task")).contains("b");
        assertThat(arguments.texts("meta")).containsExactly("x=1", "y=2");
    }

    @Test
    void flags_may_follow_the_words_and_two_dashes_end_them() throws UsageException {
        var arguments = parse("web", "-n", "5", "--", "-json", "x");

        assertThat(arguments.number("n")).contains(5L);
        assertThat(arguments.words()).containsExactly("web", "-json", "x");
        assertThat(arguments.has("json")).isFalse();
    }

    @Test
    void a_dash_alone_and_a_negative_number_are_words() throws UsageException {
        assertThat(parse("-", "-5").words()).containsExactly("-", "-5");
        assertThat(parse("-n", "-5").number("n")).contains(-5L);
    }

    @Test
    void what_cannot_be_done_is_refused_by_name() {
        assertThatThrownBy(() -> parse("-t", "x")).hasMessage("flag -t is not supported: use -json");
        assertThatThrownBy(() -> parse("-jsno")).hasMessage("unknown flag -jsno; did you mean -json?");
        assertThatThrownBy(() -> parse("-frobnicate")).hasMessage("unknown flag -frobnicate");
        assertThatThrownBy(() -> parse("-task")).hasMessage("flag -task needs a value");
        assertThatThrownBy(() -> parse("-n=1.5")).hasMessage("flag -n: \"1.5\" is not a whole number");
        assertThatThrownBy(() -> parse("-json=x")).hasMessage("flag -json: \"x\" is neither true nor false");
    }

    @Test
    void swapped_letters_count_as_one_mistake() {
        assertThat(Nearest.distance("statsu", "status")).isEqualTo(1);
        assertThat(Nearest.distance("", "abc")).isEqualTo(3);
        assertThat(Nearest.of("lgos", List.of("run", "logs"))).contains("logs");
        assertThat(Nearest.of("quite else", List.of("run", "logs"))).isEmpty();
    }
}
