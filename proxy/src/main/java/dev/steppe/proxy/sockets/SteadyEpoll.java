package dev.steppe.proxy.sockets;

import io.netty.channel.Channel;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;

/**
 * Epoll that keeps a connection registered when nothing is asked of it for a while. Netty (4.2.18 to 4.2.20) removes a
 * descriptor from epoll once no event is wanted and then cannot add it again: a connection whose peer ended its direction
 * loses the rest of what is written to it. Here it stays registered for errors, and an error then closes the connection.
 */
final class SteadyEpoll implements IoHandler {
    private static final int ERROR_OR_HANG_UP = 0x18;

    private final IoHandler epoll;

    private SteadyEpoll(IoHandler epoll) {
        this.epoll = epoll;
    }

    static IoHandlerFactory newFactory() {
        IoHandlerFactory factory = EpollIoHandler.newFactory();
        return executor -> new SteadyEpoll(factory.newHandler(executor));
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        var steady = new SteadyHandle((EpollIoHandle) handle);
        return new SteadyRegistration(epoll.register(steady), steady);
    }

    @Override
    public void initialize() {
        epoll.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        return epoll.run(context);
    }

    @Override
    public void prepareToDestroy() {
        epoll.prepareToDestroy();
    }

    @Override
    public void destroy() {
        epoll.destroy();
    }

    @Override
    public void wakeup() {
        epoll.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return epoll.isCompatible(handleType);
    }

    /** The connection, shielded from errors that nobody would act upon. */
    @SuppressWarnings("try") // its close() is Netty's and declares every exception
    private static final class SteadyHandle implements EpollIoHandle {
        private final EpollIoHandle handle;
        private boolean resting;

        SteadyHandle(EpollIoHandle handle) {
            this.handle = handle;
        }

        @Override
        public FileDescriptor fd() {
            return handle.fd();
        }

        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            boolean failed = event instanceof EpollIoEvent epollEvent
                    && (epollEvent.ops().value() & ERROR_OR_HANG_UP) != 0;
            if (resting && failed && handle instanceof Channel.Unsafe channel) {
                channel.close(channel.voidPromise());
            } else {
                handle.handle(registration, event);
            }
        }

        @Override
        public void registered() {
            handle.registered();
        }

        @Override
        public void unregistered() {
            handle.unregistered();
        }

        @Override
        public void close() throws Exception {
            handle.close();
        }
    }

    /** Wants errors at least, once it has wanted anything. */
    private static final class SteadyRegistration implements IoRegistration {
        private final IoRegistration registration;
        private final SteadyHandle handle;
        private boolean added;

        SteadyRegistration(IoRegistration registration, SteadyHandle handle) {
            this.registration = registration;
            this.handle = handle;
        }

        @Override
        public long submit(IoOps ops) {
            boolean nothing = ops.equals(EpollIoOps.NONE);
            handle.resting = added && nothing;
            added |= !nothing;
            return registration.submit(handle.resting ? EpollIoOps.EPOLLERR : ops);
        }

        @Override
        public <T> T attachment() {
            return registration.attachment();
        }

        @Override
        public boolean isValid() {
            return registration.isValid();
        }

        @Override
        public boolean cancel() {
            return registration.cancel();
        }
    }
}
