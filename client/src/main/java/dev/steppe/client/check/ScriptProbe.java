package dev.steppe.client.check;

import dev.steppe.client.allocation.AllocationRunner.RunningTask;
import dev.steppe.client.check.Probe.Health;
import dev.steppe.client.check.Probe.Result;
import dev.steppe.client.driver.DriverException;
import dev.steppe.io.process.CommandSession;
import dev.steppe.model.ServiceCheck;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs a command inside the task: status 0 passes, 1 warns, everything else is critical. The end of its output is kept. */
final class ScriptProbe {
    private static final int OUTPUT_MAX = 4 * 1024;

    private ScriptProbe() {}

    static Result ask(ServiceCheck check, Optional<RunningTask> task) throws InterruptedException {
        if (task.isEmpty()) {
            return Result.critical("the task does not run");
        }
        var words = new ArrayList<>(List.of(check.command()));
        words.addAll(check.args());
        var tail = new Tail();
        try (var session = task.get()
                .driver()
                .enter(task.get().handle(), new CommandSession.Wish(words, Optional.empty()), tail)) {
            session.endInput();
            var end = session.awaitEnd(check.timeout());
            if (end.isEmpty()) {
                return Result.critical("Timed out (" + check.timeout().toMillis() + " ms) running check");
            }
            return switch (end.get()) {
                case CommandSession.End.Exited exited -> new Result(health(exited.code()), tail.text(), 0);
                case CommandSession.End.Broken broken -> Result.critical(broken.reason());
            };
        } catch (DriverException | java.io.IOException refused) {
            return Result.critical(String.valueOf(refused.getMessage()));
        }
    }

    private static Health health(int code) {
        return switch (code) {
            case 0 -> Health.PASSING;
            case 1 -> Health.WARNING;
            default -> Health.CRITICAL;
        };
    }

    /** The end of what a command prints. */
    private static final class Tail implements CommandSession.Output {
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
        private long bytes;

        @Override
        public synchronized void stdout(byte[] printed) {
            bytes += printed.length;
            kept.writeBytes(printed);
            if (kept.size() > OUTPUT_MAX) {
                var all = kept.toByteArray();
                kept.reset();
                kept.write(all, all.length - OUTPUT_MAX, OUTPUT_MAX);
            }
        }

        @Override
        public void stderr(byte[] printed) {
            stdout(printed);
        }

        @Override
        public void ended(CommandSession.End end) {}

        synchronized String text() {
            var text = kept.toString(StandardCharsets.UTF_8);
            return bytes > OUTPUT_MAX ? "Captured " + OUTPUT_MAX + " of " + bytes + " bytes\n...\n" + text : text;
        }
    }
}
