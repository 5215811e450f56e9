package dev.steppe.api.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The writing end of a stream: its producer's thread blocks here while the peer is slower, and is interrupted when the
 * peer goes away.
 */
final class StreamSink implements Answer.Sink {
    private final Channel channel;
    private final Thread producer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean ended;

    StreamSink(Channel channel, Thread producer) {
        this.channel = channel;
        this.producer = producer;
    }

    @Override
    public void write(Bytes bytes) throws IOException, InterruptedException {
        if (bytes.isEmpty()) {
            awaitWritable();
        } else {
            send(new DefaultHttpContent(Unpooled.wrappedBuffer(bytes.array())));
        }
    }

    /** Sends what the connection's codec encodes; waits like {@link #write}. */
    void send(Object message) throws IOException, InterruptedException {
        awaitWritable();
        channel.writeAndFlush(message);
    }

    private void awaitWritable() throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            while (channel.isActive() && !channel.isWritable()) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
        if (!channel.isActive()) {
            throw new IOException("the peer closed the connection");
        }
    }

    @Override
    public boolean isOpen() {
        return channel.isActive();
    }

    void writabilityChanged() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void peerIsGone() {
        lock.lock();
        try {
            changed.signalAll();
            if (!ended) {
                producer.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The producer returned: its thread is no longer ours to interrupt. */
    void end() {
        lock.lock();
        try {
            ended = true;
        } finally {
            lock.unlock();
        }
    }
}
