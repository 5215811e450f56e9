package dev.steppe.cli.job;

import dev.steppe.cli.terminal.Terminal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** Asks a person, several times if need be. Where nobody answers, the answer is no. */
final class Questions {
    private final Terminal terminal;
    private final BufferedReader answers;

    Questions(Terminal terminal) {
        this.terminal = terminal;
        this.answers = new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8));
    }

    boolean agreed(String question) throws IOException {
        terminal.out().print(question + " [y/N] ");
        terminal.out().flush();
        var answer = Optional.ofNullable(answers.readLine());
        if (answer.isEmpty()) {
            terminal.blankLine();
        }
        return answer.orElse("").strip().toLowerCase(Locale.ROOT).startsWith("y");
    }
}
