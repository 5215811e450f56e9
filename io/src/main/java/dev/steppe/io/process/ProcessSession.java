package dev.steppe.io.process;

import dev.steppe.io.linux.Errno;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.LinuxException;
import dev.steppe.io.linux.Signal;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The processes that are in the session of a leader. Its number is good until the leader was collected. */
public record ProcessSession(long leader) {
    private static final Duration AFTER_HANGUP = Duration.ofMillis(500);
    private static final Duration LOOK = Duration.ofMillis(20);

    /** Tells all of them that their session is over, as a terminal does that goes away; false when there is none. */
    public boolean hangUp() throws IOException {
        return signal(Signal.SIGHUP);
    }

    /** Hangs up, and kills after a moment those that do not listen. */
    public void end() throws IOException {
        if (!hangUp()) {
            return;
        }
        long deadlineNanos = System.nanoTime() + AFTER_HANGUP.toNanos();
        while (!ProcessTable.session(leader).isEmpty()) {
            if (System.nanoTime() > deadlineNanos) {
                signal(Signal.SIGKILL);
                return;
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    private boolean signal(Signal signal) throws IOException {
        var members = ProcessTable.session(leader);
        for (long pid : members) {
            try {
                LinuxCalls.signal(pid, signal);
            } catch (LinuxException refused) {
                if (refused.errno() != Errno.ESRCH) {
                    throw refused;
                }
            }
        }
        return !members.isEmpty();
    }
}
