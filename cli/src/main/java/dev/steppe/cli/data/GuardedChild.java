package dev.steppe.cli.data;

import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.terminal.Background;
import dev.steppe.cli.terminal.Terminal;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A command that runs while a lock is held: the lock is renewed in time, the command is ended when it is lost, and the
 * lock is let go of when the command ends, also by a signal.
 */
record GuardedChild(List<String> command, long lifeSeconds, Lock lock, Terminal terminal) {
    private static final int LOST = 1;
    private static final long END_SECONDS = 5;

    /** What is held. */
    interface Lock {
        /** Gives the lock its full time again; false when it is not ours any more. */
        boolean renew() throws ApiException;

        void release() throws ApiException;
    }

    /** Words as one shell command, or a program with its arguments. */
    static List<String> command(List<String> words, boolean shell) {
        return shell ? List.of("/bin/sh", "-c", String.join(" ", words)) : words;
    }

    /** Runs the command to its end and returns its exit code. */
    int run() throws IOException {
        var releasing = Background.atExit(this::release);
        try {
            var child = new ProcessBuilder(command).inheritIO().start();
            try {
                return follow(child);
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                child.destroy();
                return LOST;
            }
        } finally {
            if (isNotStopping(releasing)) {
                release();
            }
        }
    }

    /** False when this program is stopped by a signal: then the hook releases. */
    private static boolean isNotStopping(Thread hook) {
        try {
            return Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException stopping) {
            return false;
        }
    }

    private int follow(Process child) throws InterruptedException {
        long renewedNanos = System.nanoTime();
        while (!child.waitFor(Math.max(1, lifeSeconds / 3), TimeUnit.SECONDS)) {
            boolean ours = true;
            try {
                ours = lock.renew();
                renewedNanos = System.nanoTime();
            } catch (ApiException unreachable) {
                terminal.complain("The lock could not be renewed: " + unreachable.getMessage());
                ours = System.nanoTime() - renewedNanos < TimeUnit.SECONDS.toNanos(lifeSeconds);
            }
            if (!ours) {
                terminal.complain("The lock is lost; the command is ended");
                child.destroy();
                if (!child.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                    child.destroyForcibly();
                }
                return LOST;
            }
        }
        return child.exitValue();
    }

    private void release() {
        try {
            lock.release();
        } catch (ApiException failed) {
            terminal.complain("The lock could not be released, it ends by itself: " + failed.getMessage());
        }
    }
}
