package dev.steppe.simulation;

import dev.steppe.security.keyring.SealingKey;
import dev.steppe.server.RootKeys;
import java.util.Optional;
import java.util.TreeMap;

/** Root keys on the server's disk, which survives the server's process. */
public final class SimulatedRootKeys implements RootKeys {
    private final TreeMap<String, SealingKey> keys = new TreeMap<>();

    @Override
    public Optional<SealingKey> read(String id) {
        return Optional.ofNullable(keys.get(id));
    }

    @Override
    public void write(SealingKey key) {
        keys.put(key.id(), key);
    }

    @Override
    public String place(String id) {
        return "key " + id;
    }
}
