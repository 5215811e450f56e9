package dev.steppe.io.process;

import dev.steppe.io.linux.PseudoTerminal;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A command that runs inside a running task, with its ends in this process. Output is handed over on a thread of the
 * session, in order; everything else may be called from any thread. Closing ends what still runs of it.
 */
public interface CommandSession extends AutoCloseable {

    /** What to run, and the size of its terminal when it gets one; without one it has three pipes. */
    record Wish(List<String> command, Optional<PseudoTerminal.Size> terminal) {
        public Wish {
            command = List.copyOf(command);
            if (command.isEmpty() || command.getFirst().isEmpty()) {
                throw new IllegalArgumentException("the command is empty");
            }
        }
    }

    /** Where output goes. May block: then the command waits when it writes more. A failure ends the session. */
    interface Output {
        void stdout(byte[] bytes) throws IOException, InterruptedException;

        void stderr(byte[] bytes) throws IOException, InterruptedException;

        /** It is over, after all of its output. Called once. */
        void ended(End end) throws IOException, InterruptedException;
    }

    /** How a session ended. */
    sealed interface End {
        /** The command ended, with a status as shells count: 128 and more for signals. */
        record Exited(int code) implements End {}

        /** The session could not go on. */
        record Broken(String reason) implements End {}
    }

    /** Types; blocks while the command takes no more. Nothing happens once it has ended. */
    void write(byte[] bytes) throws IOException, InterruptedException;

    /** Nothing more is typed: the end of a pipe, an end-of-file key at a terminal. */
    void endInput() throws IOException, InterruptedException;

    /** Another size of the terminal; without one nothing happens. */
    void resize(PseudoTerminal.Size size) throws IOException;

    /** Waits until it is over; empty when the time is over before. */
    Optional<End> awaitEnd(Duration atMost) throws InterruptedException;

    @Override
    void close();
}
