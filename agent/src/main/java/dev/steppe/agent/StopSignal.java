package dev.steppe.agent;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The wish of whoever runs this process that it ends (Ctrl-C, a termination signal). The process stays until what has to
 * be done first is done. One per process.
 */
public final class StopSignal {
    private final CompletableFuture<Void> wanted = new CompletableFuture<>();
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
        wanted.complete(null);
        try {
            done.await();
        } catch (InterruptedException forced) {
            Thread.currentThread().interrupt();
        }
    }

    /** The process itself wants to end. */
    public void want() {
        wanted.complete(null);
    }

    /** Waits for the wish. */
    public void await() throws InterruptedException {
        awaitOr(wanted);
    }

    /** Waits for the wish or for something else; true when it is the wish. */
    public boolean awaitOr(CompletableFuture<?> other) throws InterruptedException {
        var either = new CountDownLatch(1);
        other.whenComplete((done, failed) -> either.countDown());
        wanted.whenComplete((done, failed) -> either.countDown());
        either.await();
        return wanted.isDone();
    }

    /** True when the wish came within the time. */
    public boolean await(Duration patience) throws InterruptedException {
        try {
            wanted.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException notYet) {
            return false;
        } catch (ExecutionException impossible) {
            throw new IllegalStateException("a wish cannot fail", impossible);
        }
    }

    /** Lets the process end. */
    public void done() {
        done.countDown();
    }
}
