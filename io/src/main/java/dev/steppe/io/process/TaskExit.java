package dev.steppe.io.process;

import dev.steppe.io.linux.Signal;
import java.time.Instant;
import java.util.Optional;

/** How a task ended. */
public sealed interface TaskExit {

    /** The task ended with a code, or by a signal; then the code is 128 and the signal's number, as shells count. */
    record Ended(int status, Optional<Signal> signal, Optional<TaskCgroup.OutOfMemory> outOfMemory, Instant at)
            implements TaskExit {

        /** From the status as the kernel gives it to a parent. */
        static Ended of(int waited, Optional<TaskCgroup.OutOfMemory> outOfMemory, Instant at) {
            int signal = waited & 0x7f;
            return signal == 0
                    ? new Ended((waited >> 8) & 0xff, Optional.empty(), outOfMemory, at)
                    : new Ended(128 + signal, Signal.of(signal), outOfMemory, at);
        }
    }

    /** Nobody can know: the machine restarted, or the reaper was killed. */
    record Lost(String reason) implements TaskExit {}
}
