package dev.steppe.server;

import dev.steppe.consensus.ReplicatedMachine;
import dev.steppe.state.SnapshotFile;
import dev.steppe.state.Store;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;

/** The store as the replicated log sees it. */
public final class Machine implements ReplicatedMachine {
    private static final System.Logger LOG = System.getLogger(Machine.class.getName());

    private final Store store;

    public Machine(Store store) {
        this.store = store;
    }

    @Override
    public Object apply(long index, byte[] command) {
        var result = store.apply(command);
        if (result instanceof Store.Result.Refused refused && refused.fault()) {
            // every server says the same at the same place of its log
            LOG.log(
                    Level.ERROR,
                    "a command of the log is left out, on every server of this version command=" + index + " bytes="
                            + command.length + " reason=" + refused.reason());
        }
        return result;
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
