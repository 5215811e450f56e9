package dev.steppe.client.artifact;

/** Tells whether the task is to end, when fetching for it is in vain. */
@FunctionalInterface
interface StopWatch {
    boolean stopped() throws InterruptedException;

    /** The task is to end. */
    final class StoppedException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    default void check() throws StoppedException, InterruptedException {
        if (stopped()) {
            throw new StoppedException();
        }
    }
}
