package dev.steppe.io.linux;

import java.util.concurrent.atomic.AtomicBoolean;

/** An open file descriptor, closed once. */
public final class Descriptor implements AutoCloseable {
    private final int number;
    private final AtomicBoolean closed = new AtomicBoolean();

    Descriptor(int number) {
        this.number = number;
    }

    /** The number; a bug once closed. */
    public int number() {
        if (closed.get()) {
            throw new IllegalStateException("descriptor " + number + " is closed");
        }
        return number;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            LinuxCalls.close(number);
        }
    }
}
