package dev.steppe.proxy.tunnel;

import io.netty.buffer.ByteBuf;

/** Who uses a tunnel at the moment. Everything is called on the tunnel's event loop. */
public interface TunnelUser {

    /** The handshake is over and the peer is known. Called once, on the first user. */
    default void ready(Tunnel tunnel) {}

    /** A caller begins a call; {@code allocation} is what it says about itself, good for display only. */
    default void opened(String allocation) {
        unexpected("OPEN");
    }

    /** The destination takes the call. */
    default void accepted() {
        unexpected("ACCEPT");
    }

    /** The destination does not take the call. */
    default void refused(Refused refused) {
        unexpected("REFUSE");
    }

    /** Bytes of the application; the user becomes their owner. */
    void data(ByteBuf bytes);

    /** The peer sends no more bytes in this call. */
    void ended();

    /** The peer gave the call up; the tunnel closes itself. */
    void reset(Refused reason);

    /** Nothing more to read for the moment: the time to flush. */
    default void readComplete() {}

    /** The tunnel takes more bytes now, or should be given none. */
    default void writabilityChanged() {}

    /** The tunnel is gone; the last call on this user. */
    void closed(Throwable cause);

    /** A frame that makes no sense now. */
    void unexpected(String frame);
}
