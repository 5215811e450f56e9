package dev.steppe.proxy.relay;

import io.netty.buffer.ByteBuf;

/** Who uses an application's connection at the moment. Everything is called on its event loop. */
public interface ApplicationUser {

    /** Bytes with room for a frame header in front; the user becomes their owner. */
    void applicationData(ByteBuf withRoom);

    /** Nothing more to read for the moment: the time to flush. */
    default void applicationReadComplete() {}

    /** The application sends no more bytes. It may still read. */
    void applicationEnded();

    /** The connection takes more bytes now, or should be given none. */
    default void applicationWritabilityChanged() {}

    /** The connection is gone; the last call on this user. */
    void applicationClosed();
}
