package dev.steppe.proxy.tunnel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Cuts a byte stream into frames. DATA is passed on as it comes, whole or in parts, without copying; the payload of every
 * other frame is small and collected first. Used by one thread.
 */
final class FrameReader {
    private final byte[] header = new byte[Protocol.HEADER_BYTES];
    private int headerBytes;
    private int remaining;
    private byte[] control = new byte[0];
    private int controlBytes;

    /** Takes ownership of the buffer. The sink takes ownership of data, and borrows the payload of other frames. */
    void read(ByteBuf in, Sink sink) throws ProtocolException {
        boolean passedOn = false;
        try {
            while (in.isReadable() && sink.isOpen()) {
                if (headerBytes < Protocol.HEADER_BYTES) {
                    readHeader(in, sink);
                } else if (header[0] != Protocol.DATA) {
                    readControl(in, sink);
                } else if (in.readableBytes() <= remaining) {
                    consumed(in.readableBytes());
                    passedOn = true;
                    sink.data(in);
                    return;
                } else {
                    ByteBuf part = in.readRetainedSlice(remaining);
                    consumed(remaining);
                    sink.data(part);
                }
            }
        } finally {
            if (!passedOn) {
                in.release();
            }
        }
    }

    private void consumed(int bytes) {
        remaining -= bytes;
        if (remaining == 0) {
            headerBytes = 0;
        }
    }

    private void readHeader(ByteBuf in, Sink sink) throws ProtocolException {
        int length = Math.min(Protocol.HEADER_BYTES - headerBytes, in.readableBytes());
        in.readBytes(header, headerBytes, length);
        headerBytes += length;
        if (headerBytes < Protocol.HEADER_BYTES) {
            return;
        }
        remaining = (header[1] & 0xff) << 16 | (header[2] & 0xff) << 8 | (header[3] & 0xff);
        boolean data = header[0] == Protocol.DATA;
        if (remaining > (data ? Protocol.DATA_BYTES_MAX : Protocol.CONTROL_BYTES_MAX)) {
            throw new ProtocolException("a frame of type " + header[0] + " with " + remaining + " bytes");
        }
        if (remaining == 0) {
            headerBytes = 0;
            if (!data) {
                sink.control(header[0], Unpooled.EMPTY_BUFFER);
            }
        } else if (!data) {
            control = new byte[remaining];
            controlBytes = 0;
        }
    }

    private void readControl(ByteBuf in, Sink sink) throws ProtocolException {
        int length = Math.min(remaining, in.readableBytes());
        in.readBytes(control, controlBytes, length);
        controlBytes += length;
        remaining -= length;
        if (remaining == 0) {
            headerBytes = 0;
            byte[] payload = control;
            control = new byte[0];
            sink.control(header[0], Unpooled.wrappedBuffer(payload));
        }
    }

    /** Receives frames in order. */
    interface Sink {
        /** False once nothing more should be delivered. */
        boolean isOpen();

        void data(ByteBuf payload);

        void control(int type, ByteBuf payload) throws ProtocolException;
    }
}
