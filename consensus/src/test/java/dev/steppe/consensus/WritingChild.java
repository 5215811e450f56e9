package dev.steppe.consensus;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** A process that writes with many writers and prints each word once it is acknowledged, until it is killed. */
final class WritingChild {
    private static final int WRITERS = 64;
    private static final PrintStream OUT = System.out;

    private WritingChild() {}

    /** Arguments: directory, prefix of the words. */
    public static void main(String[] arguments) throws Exception {
        var options = ConsensusOptions.alone(Path.of(arguments[0]));
        var consensus = RatisConsensus.start(
                options.withLimits(options.limits().withSnapshotAfterLogBytes(100_000)), new WordMachine());
        var next = new AtomicLong();
        consensus.onLeadership(part -> {
            if (part instanceof Leadership.Leading) {
                for (int writer = 0; writer < WRITERS; writer++) {
                    write(consensus, arguments[1], next);
                }
            }
        });
        new CountDownLatch(1).await();
    }

    private static void write(Consensus consensus, String prefix, AtomicLong next) {
        // Different lengths, so that a cut can fall anywhere.
        var word = prefix + "-" + next.incrementAndGet();
        var padded = word + "-" + "x".repeat((int) (next.get() * 31 % 700));
        consensus.propose(padded.getBytes(StandardCharsets.UTF_8), outcome -> {
            if (outcome instanceof Proposal.Applied) {
                OUT.println(word);
                write(consensus, prefix, next);
            }
        });
    }
}
