package dev.steppe.client.disk;

import dev.steppe.client.allocation.Surroundings;
import dev.steppe.io.TaskScope;
import dev.steppe.model.AllocationId;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Waits until an allocation has ended on its node and unpacks its data here. Over as soon as the replacement is to end, when
 * nothing arrives for a while, or when it takes too long. Blocking.
 */
public final class DiskFetch {
    private static final Duration ASK_AGAIN = Duration.ofMillis(500);
    private static final Duration LOOK = Duration.ofMillis(500);

    private final FarDisks disks;
    private final Limits limits;

    /**
     * How long it may take.
     *
     * @param unreachable that nobody answers
     * @param silent that nothing arrives
     * @param whole that it arrives
     */
    public record Limits(Duration unreachable, Duration silent, Duration whole) {

        public static Limits standard() {
            return new Limits(Duration.ofSeconds(20), Duration.ofSeconds(60), Duration.ofMinutes(30));
        }
    }

    public DiskFetch(FarDisks disks, Limits limits) {
        this.disks = disks;
        this.limits = limits;
    }

    /** The data cannot be had; the message is for people. */
    public static final class MissingException extends Exception {
        private static final long serialVersionUID = 1L;

        MissingException(String message) {
            super(message);
        }
    }

    /** Brings it, and answers how many bytes that were. */
    public long fetch(AllocationId from, Surroundings surroundings, DiskArrival into)
            throws MissingException, InterruptedException {
        boolean told = false;
        long reached = System.nanoTime();
        while (!surroundings.isUnwanted()) {
            try {
                switch (disks.of(from)) {
                    case FarDisks.Answer.Found found -> {
                        return take(found.archive(), surroundings, into);
                    }
                    case FarDisks.Answer.Gone gone -> throw new MissingException(gone.why());
                    case FarDisks.Answer.StillRuns waiting -> {
                        reached = System.nanoTime();
                        if (!told) {
                            surroundings.tell(
                                    "Task hook message",
                                    "waits for the data of allocation " + from
                                            + ", which has not ended on its node yet");
                            told = true;
                        }
                    }
                }
            } catch (IOException unreachable) {
                if (System.nanoTime() - reached > limits.unreachable.toNanos()) {
                    throw new MissingException(String.valueOf(unreachable.getMessage()));
                }
            }
            surroundings.awaitUnwanted(ASK_AGAIN);
        }
        throw new MissingException("the allocation is to end");
    }

    private long take(InputStream archive, Surroundings surroundings, DiskArrival into)
            throws MissingException, InterruptedException {
        var arriving = new Arriving(archive);
        try (arriving;
                var scope = new TaskScope("disk-fetch")) {
            scope.startVirtual("watch", () -> watch(arriving, surroundings));
            return into.unpack(arriving);
        } catch (IOException failed) {
            throw new MissingException(arriving.why(String.valueOf(failed.getMessage())));
        }
    }

    /** Ends what takes too long, by closing what the other thread reads from. */
    private void watch(Arriving arriving, Surroundings surroundings) {
        long begun = System.nanoTime();
        try {
            while (!surroundings.awaitUnwanted(LOOK)) {
                long now = System.nanoTime();
                if (now - arriving.last.get() > limits.silent.toNanos()) {
                    arriving.giveUp("nothing arrived for " + limits.silent.toSeconds() + " s");
                    return;
                }
                if (now - begun > limits.whole.toNanos()) {
                    arriving.giveUp("it took longer than " + limits.whole.toMinutes() + " minutes");
                    return;
                }
            }
            arriving.giveUp("the allocation is to end");
        } catch (InterruptedException done) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Arriving extends FilterInputStream {
        private final AtomicLong last = new AtomicLong(System.nanoTime());
        private final AtomicReference<String> reason = new AtomicReference<>("");

        Arriving(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            last.set(System.nanoTime());
            return read;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int read = super.read(into, from, length);
            last.set(System.nanoTime());
            return read;
        }

        String why(String otherwise) {
            return reason.get().isEmpty() ? otherwise : reason.get();
        }

        void giveUp(String why) {
            reason.set(why);
            try {
                close();
            } catch (IOException alreadyBroken) {
                return;
            }
        }
    }
}
