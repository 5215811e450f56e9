package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for what agents do by themselves, as long as a busy machine may take for it. */
final class Awaiting {
    /** Nothing that works takes so long. */
    private static final Duration PATIENCE = Duration.ofSeconds(240);

    private static final long LOOK_NANOS = 50_000_000;

    private Awaiting() {}

    /** Something that becomes true; a call that fails meanwhile does not count. */
    interface Condition {
        boolean holds() throws Exception;
    }

    static void await(String what, Condition condition) throws Exception {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (IOException notYet) {
                if (System.nanoTime() > until) {
                    throw new AssertionError("waited for " + what, notYet);
                }
            }
            assertThat(System.nanoTime()).as(what).isLessThan(until);
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }
}
