package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.model.Refusal;
import dev.steppe.security.Secret;
import dev.steppe.security.keyring.SealingKey;
import dev.steppe.state.Command;
import dev.steppe.state.Store;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/**
 * Puts an archived state into the log, part by part, after its root keys are on this server's disk. Nothing is changed
 * before the last part; what came of a restore that ends earlier is taken out again.
 */
final class StateRestore {
    private static final System.Logger LOG = System.getLogger(StateRestore.class.getName());
    private static final int PART_BYTES = 1 << 20;
    /** The parts as they came, what is made of them, and the entries that the log still has at hand; all of it beside the state that is there. */
    private static final int TIMES_IN_MEMORY = 3;

    private static final long BYTES_BESIDE = 64L << 20;

    private final Loop loop;
    private final Store store;
    private final Proposals proposals;
    private final RootKeys rootKeys;
    private final long heapBytes;

    StateRestore(Loop loop, Store store, Proposals proposals, RootKeys rootKeys, long heapBytes) {
        this.loop = loop;
        this.store = store;
        this.proposals = proposals;
        this.rootKeys = rootKeys;
        this.heapBytes = heapBytes;
    }

    /** The file must stay as it is until there is a reply. */
    void begin(SavedState saved, Consumer<Reply<Long>> then) {
        step(
                "measure-state",
                () -> tooLarge(saved.bytes(), StateArchive.length(store.snapshot(), Map.of()), heapBytes),
                "this server's state cannot be measured",
                then,
                tooLarge -> {
                    if (tooLarge.isPresent()) {
                        then.accept(Reply.refused(Refusal.invalid(tooLarge.get())));
                    } else {
                        keepKeys(saved, then);
                    }
                });
    }

    private void keepKeys(SavedState saved, Consumer<Reply<Long>> then) {
        step(
                "keep-root-keys",
                () -> {
                    keep(saved);
                    return true;
                },
                "the root keys of the archive cannot be kept",
                then,
                kept -> step(
                        "open-state",
                        saved::state,
                        "the archive cannot be read any more",
                        then,
                        state -> new Sending(saved, state, then).next(0)));
    }

    /** Does something away from the loop, and goes on there unless it fails. */
    private <T> void step(
            String name, Callable<T> work, String otherwise, Consumer<Reply<Long>> then, Consumer<T> onward) {
        loop.<T>offload(name, work, outcome -> {
            switch (outcome) {
                case Loop.Outcome.Done<T> done -> onward.accept(done.value());
                case Loop.Outcome.Failed<T> failed ->
                    then.accept(
                            Reply.unavailable(otherwise + ": " + failed.reason().getMessage()));
            }
        });
    }

    /**
     * Why a state of so many bytes is not begun with in such a heap beside the one that is there until the last part: an
     * entry of the log that no server survives is never taken back.
     */
    static Optional<String> tooLarge(long bytes, long liveBytes, long heapBytes) {
        long needed = bytes * TIMES_IN_MEMORY + liveBytes + BYTES_BESIDE;
        if (needed <= heapBytes) {
            return Optional.empty();
        }
        return Optional.of(
                "nothing was restored: a state of " + (bytes >> 20) + " MB in the place of one of " + (liveBytes >> 20)
                        + " MB needs servers with "
                        + Math.ceilDiv(needed, 1 << 20) + " MB of heap each while it is taken in, this one has "
                        + (heapBytes >> 20)
                        + "; start all of them with STEPPE_JAVA_OPTIONS=-Xmx" + Math.ceilDiv(needed, 1 << 30)
                        + "g or more and send it again");
    }

    private void keep(SavedState saved) throws IOException {
        for (var key : saved.rootKeys().entrySet()) {
            if (rootKeys.read(key.getKey()).isEmpty()) {
                rootKeys.write(new SealingKey(
                        key.getKey(), Secret.of(Base64.getDecoder().decode(key.getValue()))));
            }
        }
    }

    /** One archive on its way into the log, under a name that no other attempt has. */
    private final class Sending {
        private final String name;
        private final int parts;
        private final InputStream state;
        private final Consumer<Reply<Long>> then;

        private Sending(SavedState saved, InputStream state, Consumer<Reply<Long>> then) {
            this.name = Command.RestorePart.named(
                    saved.digest(), HexFormat.of().toHexDigits(loop.random().nextLong()));
            this.parts = Math.toIntExact(Math.ceilDiv(saved.bytes(), PART_BYTES));
            this.state = state;
            this.then = then;
        }

        /** Reads a part away from the loop and proposes it. */
        private void next(int part) {
            loop.<byte[]>offload("read-state", () -> state.readNBytes(PART_BYTES), outcome -> {
                switch (outcome) {
                    case Loop.Outcome.Done<byte[]> read ->
                        proposals.propose(
                                new Command.RestorePart(name, part, parts, read.value(), loop.now()),
                                reply -> proposed(part, reply));
                    case Loop.Outcome.Failed<byte[]> failed ->
                        giveUp(Reply.unavailable("the archive cannot be read any more: "
                                + failed.reason().getMessage()));
                }
            });
        }

        private void proposed(int part, Reply<Long> reply) {
            if (!(reply instanceof Reply.Done<Long>)) {
                giveUp(reply);
            } else if (part + 1 < parts) {
                next(part + 1);
            } else {
                end(new Reply.Done<>(index(), index()));
            }
        }

        /** The parts that are there already are of no use; where this server leads no more, the next leader sees to it. */
        private void giveUp(Reply<Long> reply) {
            proposals.propose(
                    new Command.DropRestore(name, loop.now()),
                    dropped -> LOG.log(Level.WARNING, "a restore ended before it was whole archive=" + name));
            end(reply);
        }

        private void end(Reply<Long> reply) {
            loop.<Boolean>offload(
                    "close-archive",
                    () -> {
                        state.close();
                        return true;
                    },
                    closed -> then.accept(reply));
        }
    }

    private long index() {
        return store.snapshot().index();
    }
}
