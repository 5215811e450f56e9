package dev.steppe.proxy.tunnel;

import dev.steppe.mesh.configuration.ProxyReport.Cause;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/** What a destination tells a caller it does not serve: why, by which rule, and what would help. */
public record Refused(Cause cause, String source, String destination, String rule, String remedy) {
    private static final int TEXT_BYTES_MAX = 900;

    void write(ByteBuf out) {
        out.writeByte(code(cause));
        text(out, source);
        text(out, destination);
        text(out, rule);
        text(out, remedy);
    }

    static Refused read(ByteBuf in) throws ProtocolException {
        return new Refused(cause(in.readUnsignedByte()), text(in), text(in), text(in), text(in));
    }

    private static void text(ByteBuf out, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(utf8.length, TEXT_BYTES_MAX);
        out.writeShort(length).writeBytes(utf8, 0, length);
    }

    private static String text(ByteBuf in) throws ProtocolException {
        int length = in.readUnsignedShort();
        if (length > in.readableBytes()) {
            throw new ProtocolException("a text of " + length + " bytes in a frame with " + in.readableBytes());
        }
        var utf8 = ByteBufUtil.getBytes(in, in.readerIndex(), length);
        in.skipBytes(length);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private static int code(Cause cause) {
        return switch (cause) {
            case DENIED -> 1;
            case APPLICATION_DOWN -> 2;
            case OVERLOADED -> 3;
            case UNTRUSTED -> 4;
            case UNREACHABLE -> 5;
            case NO_ENDPOINT -> 6;
        };
    }

    private static Cause cause(int code) throws ProtocolException {
        return switch (code) {
            case 1 -> Cause.DENIED;
            case 2 -> Cause.APPLICATION_DOWN;
            case 3 -> Cause.OVERLOADED;
            case 4 -> Cause.UNTRUSTED;
            case 5 -> Cause.UNREACHABLE;
            case 6 -> Cause.NO_ENDPOINT;
            default -> throw new ProtocolException("cause " + code + " is unknown");
        };
    }
}
