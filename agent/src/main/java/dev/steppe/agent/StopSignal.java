package dev.steppe.agent;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The wish of whoever runs this process that it ends (Ctrl-C, a termination signal). The process stays until what has to
 * be done first is done. One per process.
 */
public final class StopSignal {
    private final CountDownLatch wanted = new CountDownLatch(1);
    private final CountDownLatch done = new CountDownLatch(1);

    private StopSignal() {}

    /** From now on the process ends only after {@link #done}. */
    public static StopSignal install() {
        var signal = new StopSignal();
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("agent/stop").unstarted(signal::hold));
        return signal;
    }

    private void hold() {
        wanted.countDown();
        try {
            done.await();
        } catch (InterruptedException forced) {
            Thread.currentThread().interrupt();
        }
    }

    /** The process itself wants to end. */
    public void want() {
        wanted.countDown();
    }

    /** Waits for the wish. */
    public void await() throws InterruptedException {
        wanted.await();
    }

    /** True when the wish came within the time. */
    public boolean await(Duration patience) throws InterruptedException {
        return wanted.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Lets the process end. */
    public void done() {
        done.countDown();
    }
}
