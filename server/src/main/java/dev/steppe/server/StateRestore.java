package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.security.Secret;
import dev.steppe.security.keyring.SealingKey;
import dev.steppe.state.Command;
import dev.steppe.state.Store;
import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.Consumer;

/** Puts an archived state into the log, part by part, after its root keys are on this server's disk. */
final class StateRestore {
    private static final int PART_BYTES = 1 << 20;

    private final Loop loop;
    private final Store store;
    private final Proposals proposals;
    private final RootKeys rootKeys;

    StateRestore(Loop loop, Store store, Proposals proposals, RootKeys rootKeys) {
        this.loop = loop;
        this.store = store;
        this.proposals = proposals;
        this.rootKeys = rootKeys;
    }

    void begin(StateArchive archive, Consumer<Reply<Long>> then) {
        loop.<Boolean>offload(
                "keep-root-keys",
                () -> {
                    keep(archive);
                    return true;
                },
                outcome -> {
                    switch (outcome) {
                        case Loop.Outcome.Done<Boolean> kept -> send(archive, 0, then);
                        case Loop.Outcome.Failed<Boolean> failed ->
                            then.accept(Reply.unavailable("the root keys of the archive cannot be kept: "
                                    + failed.reason().getMessage()));
                    }
                });
    }

    private void keep(StateArchive archive) throws IOException {
        for (var key : archive.rootKeys().entrySet()) {
            if (rootKeys.read(key.getKey()).isEmpty()) {
                rootKeys.write(new SealingKey(
                        key.getKey(), Secret.of(Base64.getDecoder().decode(key.getValue()))));
            }
        }
    }

    private void send(StateArchive archive, int part, Consumer<Reply<Long>> then) {
        int parts = Math.ceilDiv(archive.state().length, PART_BYTES);
        int from = part * PART_BYTES;
        var content = Arrays.copyOfRange(archive.state(), from, Math.min(archive.state().length, from + PART_BYTES));
        var command = new Command.RestorePart(archive.description().id(), part, parts, content, loop.now());
        proposals.propose(command, reply -> {
            if (reply instanceof Reply.Done<Long> && part + 1 < parts) {
                send(archive, part + 1, then);
            } else {
                then.accept(reply instanceof Reply.Done<Long> ? new Reply.Done<>(index(), index()) : reply);
            }
        });
    }

    private long index() {
        return store.snapshot().index();
    }
}
