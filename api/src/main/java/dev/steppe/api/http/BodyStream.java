package dev.steppe.api.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The body of a request while it comes: filled on the connection's event loop, read by one other thread. While much
 * waits to be read the connection is not, so that a body never needs more memory than a few parts of it.
 */
final class BodyStream extends InputStream {
    private static final int WAITING_BYTES_MAX = 1 << 20;
    /** A peer that sends nothing for so long has gone. */
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private static final long UNHEARD_BYTES_MAX = 64 << 20;

    private final Channel channel;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private int position;
    private boolean whole;
    private boolean broken;
    private boolean unwanted;

    BodyStream(Channel channel) {
        this.channel = channel;
    }

    /** Something of the body came. */
    void add(ByteBuf part) {
        int bytes = part.readableBytes();
        lock.lock();
        try {
            if (bytes == 0 || unwanted) {
                return;
            }
            waiting.add(ByteBufUtil.getBytes(part));
            waitingBytes += bytes;
            if (waitingBytes > WAITING_BYTES_MAX) {
                channel.config().setAutoRead(false);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** All of it came. */
    void end() {
        lock.lock();
        try {
            whole = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The connection ended; without effect on a body that is whole. */
    void breakOff() {
        lock.lock();
        try {
            broken = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        lock.lock();
        try {
            if (!awaitPart()) {
                return -1;
            }
            byte[] first = waiting.getFirst();
            int count = Math.min(length, first.length - position);
            System.arraycopy(first, position, into, offset, count);
            position += count;
            if (position == first.length) {
                waiting.removeFirst();
                position = 0;
            }
            taken(count);
            return count;
        } finally {
            lock.unlock();
        }
    }

    /** False when nothing more comes. */
    private boolean awaitPart() throws IOException {
        long left = PATIENCE.toNanos();
        try {
            while (waiting.isEmpty() && !whole) {
                if (broken) {
                    throw new IOException("the connection ended before the request's body was whole");
                }
                if (left <= 0) {
                    throw new IOException("nothing of the request's body came for " + PATIENCE.toSeconds() + " s");
                }
                left = changed.awaitNanos(left);
            }
            return !waiting.isEmpty();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new IOException("the agent stops", stopping);
        }
    }

    private void taken(int bytes) {
        boolean wasMuch = waitingBytes > WAITING_BYTES_MAX / 2;
        waitingBytes -= bytes;
        if (wasMuch && waitingBytes <= WAITING_BYTES_MAX / 2) {
            channel.config().setAutoRead(true);
        }
    }

    /**
     * Nobody reads on. What comes soon is taken and thrown away, since a peer that still sends would not hear the answer; of
     * a body that is longer the rest is thrown away when it comes.
     */
    @Override
    public void close() {
        try {
            skipNBytes(UNHEARD_BYTES_MAX);
        } catch (IOException over) {
            // it ended, or nothing more came
        }
        ignore();
    }

    /** Throws away what comes. */
    void ignore() {
        lock.lock();
        try {
            unwanted = true;
            waiting.clear();
            waitingBytes = 0;
            channel.config().setAutoRead(true);
        } finally {
            lock.unlock();
        }
    }
}
