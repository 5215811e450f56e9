package dev.steppe.io.process;

import dev.steppe.io.linux.Signal;
import java.time.Instant;
import java.util.Optional;

/** How a task ended. */
public sealed interface TaskExit {

    /**
     * The task ended with a code, or by a signal. A shell cannot tell {@code exit 137} from SIGKILL, so a status above
     * 128 counts as a signal (and the code stays in {@code status}).
     */
    record Ended(int status, boolean oomKilled, Instant at) implements TaskExit {
        /** The signal, when the status tells of one. */
        public Optional<Signal> signal() {
            return status > 128 ? Signal.of(status - 128) : Optional.empty();
        }
    }

    /** Nobody can know: the machine restarted, or the reaper was killed. */
    record Lost(String reason) implements TaskExit {}
}
