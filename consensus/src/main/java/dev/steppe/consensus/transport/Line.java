package dev.steppe.consensus.transport;

import dev.steppe.io.TaskScope;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/** A connection to another member that is opened when it is needed, and again after it ended. */
final class Line implements AutoCloseable {
    private final String name;
    private final Supplier<InetSocketAddress> address;
    private final Optional<Supplier<SSLContext>> security;
    private final Duration patience;
    private final TaskScope scope;
    private final ReentrantLock opening = new ReentrantLock();
    private volatile Optional<Caller> caller = Optional.empty();

    Line(
            String name,
            Supplier<InetSocketAddress> address,
            Optional<Supplier<SSLContext>> security,
            Duration patience,
            TaskScope scope) {
        this.name = name;
        this.address = address;
        this.security = security;
        this.patience = patience;
        this.scope = scope;
    }

    /** The open connection, if there is one. */
    Optional<Caller> ready() {
        return caller.filter(Caller::isOpen);
    }

    /** The connection; opens it and waits for that, if there is none. */
    Caller open() throws IOException {
        var known = ready();
        if (known.isPresent()) {
            return known.get();
        }
        opening.lock();
        try {
            var meanwhile = ready();
            if (meanwhile.isPresent()) {
                return meanwhile.get();
            }
            if (scope.isClosed()) {
                throw new IOException("the log is closed");
            }
            var opened = new Caller(Connection.open(address.get(), security), patience);
            try {
                scope.startPlatform(name, opened::listen);
            } catch (IllegalStateException stopping) {
                opened.close();
                throw new IOException("the log is closed", stopping);
            }
            caller = Optional.of(opened);
            return opened;
        } finally {
            opening.unlock();
        }
    }

    void watch(long nowNanos) {
        ready().ifPresent(open -> open.watch(nowNanos));
    }

    @Override
    public void close() {
        caller.ifPresent(Caller::close);
    }
}
