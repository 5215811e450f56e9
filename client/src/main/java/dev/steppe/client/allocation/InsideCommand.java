package dev.steppe.client.allocation;

import dev.steppe.client.driver.Driver;
import dev.steppe.client.driver.DriverException;
import dev.steppe.client.driver.DriverHandle;
import dev.steppe.io.process.CommandSession;
import dev.steppe.model.codec.GoDuration;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A command run inside a task for the agent's own ends, to its end. Blocking. */
final class InsideCommand {
    private static final int SHOWN_MAX = 500;

    private InsideCommand() {}

    /** Keeps the beginning of what the command writes to its standard error, for the message. */
    private static final class Errors implements CommandSession.Output {
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

        @Override
        public void stdout(byte[] bytes) {}

        @Override
        public synchronized void stderr(byte[] bytes) {
            kept.write(bytes, 0, Math.min(bytes.length, SHOWN_MAX - Math.min(SHOWN_MAX, kept.size())));
        }

        @Override
        public void ended(CommandSession.End end) {}

        synchronized String text() {
            String text = kept.toString(StandardCharsets.UTF_8).strip();
            return text.isEmpty() ? "" : ": " + text;
        }
    }

    /** Why it failed, if it did. */
    static Optional<String> run(Driver driver, DriverHandle inside, List<String> command, Duration atMost)
            throws DriverException, IOException, InterruptedException {
        var errors = new Errors();
        try (var session = driver.enter(inside, new CommandSession.Wish(command, Optional.empty()), errors)) {
            session.endInput();
            var end = session.awaitEnd(atMost);
            if (end.isEmpty()) {
                return Optional.of("not done within " + GoDuration.format(atMost));
            }
            return switch (end.get()) {
                case CommandSession.End.Exited(int code) ->
                    code == 0 ? Optional.empty() : Optional.of("exit code " + code + errors.text());
                case CommandSession.End.Broken(String reason) -> Optional.of(reason);
            };
        }
    }
}
