package dev.steppe.model.archive;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The bytes of a file, whose faults are unchecked, so that they are told from what is wrong in those bytes. */
final class DiskStream extends FilterInputStream {
    DiskStream(InputStream file) {
        super(file);
    }

    @Override
    public int read() throws IOException {
        try {
            return super.read();
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        }
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        try {
            return super.read(into, offset, length);
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        }
    }
}
