package dev.steppe.consensus;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Gathers commands into entries: while enough entries are on their way, new commands wait and share the next one, so
 * the busier the log, the larger its entries. Has no thread of its own: whoever adds a command or ends a batch sends the
 * next ones, one thread at a time.
 */
final class Batcher {
    private final ConsensusLimits limits;
    private final Consumer<Batch> send;
    private final Queue<Batch.Waiting> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queuedCommands = new AtomicInteger();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger turns = new AtomicInteger();
    private volatile boolean closed;

    /** Calls {@code send} with each batch, never from two threads at once. */
    Batcher(ConsensusLimits limits, Consumer<Batch> send) {
        this.limits = limits;
        this.send = send;
    }

    void add(byte[] command, Consumer<Proposal> then) {
        if (closed) {
            Batch.tell(then, new Proposal.Unavailable("the log is closed", false));
            return;
        }
        if (queuedCommands.get() >= limits.queuedCommands() || queuedBytes.get() >= limits.queuedBytes()) {
            Batch.tell(
                    then,
                    new Proposal.Unavailable(
                            "too many writes wait: " + queuedCommands.get() + " commands, " + queuedBytes.get()
                                    + " bytes",
                            false));
            return;
        }
        queuedCommands.incrementAndGet();
        queuedBytes.addAndGet(command.length);
        queue.add(new Batch.Waiting(command, then));
        takeTurn();
    }

    /** Refuses what waits and all that comes. */
    void close() {
        closed = true;
        takeTurn();
    }

    private void takeTurn() {
        if (turns.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            sendWhatFits();
            seen = turns.addAndGet(-seen);
        } while (seen != 0);
    }

    private void sendWhatFits() {
        while (closed || inFlight.get() < limits.entriesInFlight()) {
            var commands = nextCommands();
            if (commands.isEmpty()) {
                return;
            }
            if (closed) {
                commands.forEach(
                        command -> Batch.tell(command.then(), new Proposal.Unavailable("the log is closed", false)));
                continue;
            }
            inFlight.incrementAndGet();
            send.accept(new Batch(commands, this::ended));
        }
    }

    private void ended() {
        inFlight.decrementAndGet();
        takeTurn();
    }

    private List<Batch.Waiting> nextCommands() {
        var commands = new ArrayList<Batch.Waiting>();
        long bytes = 0;
        for (var next = queue.peek(); next != null; next = queue.peek()) {
            int length = next.command().length;
            if (!commands.isEmpty()
                    && (commands.size() >= limits.batchCommands() || bytes + length > limits.batchBytes())) {
                break;
            }
            queue.remove();
            commands.add(next);
            bytes += length;
        }
        queuedCommands.addAndGet(-commands.size());
        queuedBytes.addAndGet(-bytes);
        return commands;
    }
}
