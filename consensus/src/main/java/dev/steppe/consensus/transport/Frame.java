package dev.steppe.consensus.transport;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.ratis.thirdparty.com.google.protobuf.CodedInputStream;
import org.apache.ratis.thirdparty.com.google.protobuf.CodedOutputStream;
import org.apache.ratis.thirdparty.com.google.protobuf.MessageLite;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/**
 * One message between two members: its length, kind, the number of the question it asks or answers, and the content;
 * integers big-endian. The bytes of the content are not changed any more, so that the log's entries may stay in them.
 */
record Frame(Kind kind, long call, byte[] content) {
    /** The largest entry, and room for what the engine says about it. */
    private static final int CONTENT_BYTES_MAX = 8 << 20;

    private static final int HEADER_BYTES = Integer.BYTES + 1 + Long.BYTES;

    /** What a frame asks, or how it answers. */
    enum Kind {
        APPEND(1),
        VOTE(2),
        SNAPSHOT(3),
        ELECT(4),
        READ_INDEX(5),
        LEADER_GONE(6),
        ANSWER(64),
        FAILURE(65);

        private final byte code;

        Kind(int code) {
            this.code = (byte) code;
        }

        private static Kind of(byte code) throws IOException {
            for (var kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            throw new IOException("unknown kind of message: " + code);
        }
    }

    static byte[] encode(Kind kind, long call, MessageLite content) throws IOException {
        int size = content.getSerializedSize();
        var bytes = new byte[HEADER_BYTES + size];
        header(bytes, kind, call);
        var coded = CodedOutputStream.newInstance(bytes, HEADER_BYTES, size);
        content.writeTo(coded);
        coded.checkNoSpaceLeft();
        return bytes;
    }

    static byte[] encode(Kind kind, long call, byte[] content) throws IOException {
        var bytes = new byte[HEADER_BYTES + content.length];
        header(bytes, kind, call);
        System.arraycopy(content, 0, bytes, HEADER_BYTES, content.length);
        return bytes;
    }

    private static void header(byte[] bytes, Kind kind, long call) throws IOException {
        int size = bytes.length - HEADER_BYTES;
        if (size > CONTENT_BYTES_MAX) {
            throw new IOException(
                    "a message of " + size + " bytes is too large, " + CONTENT_BYTES_MAX + " are allowed");
        }
        ByteBuffer.wrap(bytes).putInt(size).put(kind.code).putLong(call);
    }

    /** Reads the next one; waits for it. */
    static Frame read(DataInputStream in) throws IOException {
        int size = in.readInt();
        var kind = Kind.of(in.readByte());
        long call = in.readLong();
        if (size < 0 || size > CONTENT_BYTES_MAX) {
            throw new IOException("a message says it has " + size + " bytes, " + CONTENT_BYTES_MAX + " are allowed");
        }
        var content = new byte[size];
        in.readFully(content);
        return new Frame(kind, call, content);
    }

    /** The content, to be parsed without copying what is large in it. */
    CodedInputStream parsed() {
        var coded = UnsafeByteOperations.unsafeWrap(content).newCodedInput();
        coded.enableAliasing(true);
        return coded;
    }

    /** The content of an answer; an exception, if the other member could not answer. */
    Frame answer() throws IOException {
        if (kind == Kind.FAILURE) {
            throw new IOException("the other member: " + new String(content, StandardCharsets.UTF_8));
        }
        return this;
    }
}
