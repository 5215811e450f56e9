package dev.steppe.server;

import dev.steppe.security.keyring.SealingKey;
import java.io.IOException;
import java.util.Optional;

/**
 * Where a server keeps the root keys of its cluster: outside of the log, so that neither log nor snapshots open without
 * it. Callable from any thread; may block.
 */
public interface RootKeys {

    Optional<SealingKey> read(String id) throws IOException;

    /** Keeps a key durably before it returns. */
    void write(SealingKey key) throws IOException;

    /** Where the key of that id is or should be, for people. */
    String place(String id);
}
