package dev.steppe.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.cli.terminal.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a person answers, and what happens where there is none. */
class QuestionsTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private Questions answered(String answers) {
        var stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        return new Questions(new Terminal(
                stream,
                stream,
                new ByteArrayInputStream(answers.getBytes(StandardCharsets.UTF_8)),
                InstantSource.system(),
                Optional.empty(),
                false));
    }

    @Test
    void each_question_has_its_answer_and_only_yes_is_yes() throws Exception {
        var questions = answered("y\nno\n Yes\n\n");
        assertThat(questions.agreed("Stop a?", "add -yes")).isTrue();
        assertThat(questions.agreed("Stop b?", "add -yes")).isFalse();
        assertThat(questions.agreed("Stop c?")).isTrue();
        assertThat(questions.agreed("Stop d?")).isFalse();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo("Stop a? [y/N] Stop b? [y/N] Stop c? [y/N] Stop d? [y/N] ");
    }

    @Test
    void nobody_who_answers_is_no_or_is_told_what_to_do() throws Exception {
        assertThat(answered("").agreed("Go on?")).isFalse();
        assertThatThrownBy(() -> answered("").agreed("Stop a?", "add -yes"))
                .isInstanceOf(CommandFailure.class)
                .hasMessage("\nNobody can be asked here; add -yes");
    }
}
