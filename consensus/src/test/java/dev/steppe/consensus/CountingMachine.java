package dev.steppe.consensus;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** A machine that only counts. */
final class CountingMachine implements ReplicatedMachine {
    private volatile long count;

    @Override
    public Object apply(long index, byte[] command) {
        count = index;
        return index;
    }

    @Override
    public Capture capture() {
        long captured = count;
        return out -> new DataOutputStream(out).writeLong(captured);
    }

    @Override
    public void restore(InputStream in) throws IOException {
        count = new DataInputStream(in).readLong();
    }

    long count() {
        return count;
    }
}
