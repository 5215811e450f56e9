package dev.steppe.server;

import dev.steppe.consensus.ReplicatedMachine;
import dev.steppe.state.SnapshotFile;
import dev.steppe.state.Store;
import java.io.IOException;
import java.io.InputStream;

/** The store as the replicated log sees it. */
public final class Machine implements ReplicatedMachine {
    private final Store store;

    public Machine(Store store) {
        this.store = store;
    }

    @Override
    public Object apply(long index, byte[] command) {
        return store.apply(command);
    }

    @Override
    public Capture capture() {
        var snapshot = store.snapshot();
        return out -> SnapshotFile.write(snapshot, out);
    }

    @Override
    public void restore(InputStream in) throws IOException {
        store.restore(SnapshotFile.read(in));
    }
}
