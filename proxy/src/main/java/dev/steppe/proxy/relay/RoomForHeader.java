package dev.steppe.proxy.relay;

import dev.steppe.proxy.tunnel.Protocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/** Reads into buffers that begin with room for a frame header, so that a frame is sent without copying its bytes. */
public final class RoomForHeader implements RecvByteBufAllocator {
    private final RecvByteBufAllocator sizes;

    public RoomForHeader(RecvByteBufAllocator sizes) {
        this.sizes = sizes;
    }

    @Override
    @SuppressWarnings("deprecation") // the only way to size reads; netty itself implements it
    public Handle newHandle() {
        return new RoomHandle((ExtendedHandle) sizes.newHandle());
    }

    private static final class RoomHandle implements ExtendedHandle {
        private final ExtendedHandle sizes;

        RoomHandle(ExtendedHandle sizes) {
            this.sizes = sizes;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            ByteBuf buffer = allocator.ioBuffer(Math.max(sizes.guess(), 256));
            return buffer.writerIndex(Protocol.HEADER_BYTES);
        }

        @Override
        public int guess() {
            return sizes.guess();
        }

        @Override
        public void reset(ChannelConfig config) {
            sizes.reset(config);
        }

        @Override
        public void incMessagesRead(int messages) {
            sizes.incMessagesRead(messages);
        }

        @Override
        public void lastBytesRead(int bytes) {
            sizes.lastBytesRead(bytes);
        }

        @Override
        public int lastBytesRead() {
            return sizes.lastBytesRead();
        }

        @Override
        public void attemptedBytesRead(int bytes) {
            sizes.attemptedBytesRead(bytes);
        }

        @Override
        public int attemptedBytesRead() {
            return sizes.attemptedBytesRead();
        }

        @Override
        public boolean continueReading() {
            return sizes.continueReading();
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            return sizes.continueReading(maybeMore);
        }

        @Override
        public void readComplete() {
            sizes.readComplete();
        }
    }
}
