package dev.steppe.consensus;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits, by polling, for what other threads do. */
final class Await {
    private static final Duration LONGEST = Duration.ofSeconds(90);

    private Await() {}

    static void until(String what, BooleanSupplier condition) {
        until(() -> what, condition);
    }

    static void until(Supplier<String> what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("after " + LONGEST + " still not: " + what.get());
            }
            LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
        }
    }

    static void leading(Consensus consensus) {
        until(
                () -> "leading, but " + consensus.leadership(),
                () -> consensus.leadership() instanceof Leadership.Leading);
    }

    static Proposal outcome(Consensus consensus, String word) throws Exception {
        var outcome = new CompletableFuture<Proposal>();
        consensus.propose(word.getBytes(StandardCharsets.UTF_8), outcome::complete);
        return outcome.get(LONGEST.toSeconds(), TimeUnit.SECONDS);
    }

    static Consensus.Barrier barrier(Consensus consensus) throws Exception {
        var reached = new CompletableFuture<Consensus.Barrier>();
        consensus.readBarrier(reached::complete);
        return reached.get(LONGEST.toSeconds(), TimeUnit.SECONDS);
    }

    static Consensus.SnapshotOutcome snapshot(Consensus consensus) throws Exception {
        var written = new CompletableFuture<Consensus.SnapshotOutcome>();
        consensus.snapshot(written::complete);
        return written.get(LONGEST.toSeconds(), TimeUnit.SECONDS);
    }
}
