package dev.steppe.server;

import dev.steppe.model.AuthorityRoot;
import dev.steppe.model.data.Ciphertext;
import dev.steppe.model.data.DataKey;
import dev.steppe.model.data.Variable;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** After a full rotation, seals everything anew with the active key, some at a time. */
final class Resealing implements Controller {
    /** At most this many variables of 64 KiB in one command, so that it stays far below the largest entry of the log. */
    private static final int BATCH = 16;

    private final Keyring keyring;
    private final Certificates certificates;

    Resealing(Keyring keyring, Certificates certificates) {
        this.keyring = keyring;
        this.certificates = certificates;
    }

    @Override
    public String name() {
        return "resealing";
    }

    @Override
    public List<Command> decide(Snapshot snapshot, Instant now) {
        var old = new TreeSet<String>();
        for (DataKey key : snapshot.dataKeys()) {
            if (key.state() == DataKey.State.REKEYING) {
                old.add(key.id());
            }
        }
        if (old.isEmpty()) {
            return List.of();
        }
        var commands = new ArrayList<Command>();
        var batch = new ArrayList<Command.Resealed>();
        var used = new TreeSet<String>();
        for (AuthorityRoot root : snapshot.roots()) {
            String key = root.sealedKey().map(Ciphertext::keyId).orElse("");
            if (old.contains(key)) {
                used.add(key);
                certificates.resealed(root).ifPresent(anew -> commands.add(new Command.PutRoot(anew, now)));
            }
        }
        for (Variable variable : snapshot.variables()) {
            String key = variable.items().keyId();
            if (old.contains(key)) {
                used.add(key);
                if (batch.size() < BATCH) {
                    keyring.resealed(variable).ifPresent(batch::add);
                }
            }
        }
        var done = old.stream().filter(key -> !used.contains(key)).toList();
        if (!batch.isEmpty() || !done.isEmpty()) {
            commands.add(new Command.ResealVariables(batch, done, now));
        }
        return commands;
    }
}
