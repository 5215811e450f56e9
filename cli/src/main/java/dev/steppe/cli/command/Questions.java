package dev.steppe.cli.command;

import dev.steppe.cli.terminal.Terminal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** Asks a person, several times if need be. */
public final class Questions {
    private final Terminal terminal;
    private final BufferedReader answers;

    public Questions(Terminal terminal) {
        this.terminal = terminal;
        this.answers = new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8));
    }

    /** Where nobody answers, the answer is no. */
    public boolean agreed(String question) throws IOException {
        var answer = answer(question);
        if (answer.isEmpty()) {
            terminal.blankLine();
        }
        return isYes(answer.orElse(""));
    }

    /** Where nobody answers, the command fails and says what to do in place of answering. */
    public boolean agreed(String question, String otherwise) throws IOException, CommandFailure {
        return isYes(
                answer(question).orElseThrow(() -> new CommandFailure("\nNobody can be asked here; " + otherwise)));
    }

    private Optional<String> answer(String question) throws IOException {
        terminal.out().print(question + " [y/N] ");
        terminal.out().flush();
        return Optional.ofNullable(answers.readLine());
    }

    private static boolean isYes(String answer) {
        return answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
    }
}
