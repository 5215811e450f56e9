package dev.steppe.wire.network;

import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.util.List;
import java.util.Optional;

/**
 * What the ends of a stream say to each other beside their messages. Names of variants and components are part of the
 * format: they may be added to, never renamed.
 */
public sealed interface StreamNotice {

    /** The server takes the stream, and these are all servers: told first, and again when they change. */
    record Servers(List<String> servers) implements StreamNotice {}

    /** The server does not lead; whoever does is named where it is known. The stream is over. */
    record Elsewhere(Optional<String> leader, List<String> servers) implements StreamNotice {}

    /** Nothing is new. */
    record Alive() implements StreamNotice {}

    /** The stream is over. */
    record Goodbye(String reason) implements StreamNotice {}

    /** The form in which notices travel. */
    default byte[] encode() {
        return Codec.toBinary(StreamNotice.class, this);
    }

    /**
     * Reads the travelling form.
     *
     * @throws CodecException when it is damaged or from a version this program does not know
     */
    static StreamNotice decode(byte[] bytes) throws CodecException {
        return Codec.fromBinary(StreamNotice.class, bytes);
    }
}
