package dev.steppe.proxy.broker;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What the proxy asks of the broker, always {@link #BYTES} bytes long. Texts are printable ASCII; an address is all zero
 * where none is needed.
 */
record BrokerRequest(Operation operation, String key, String namespace, byte[] ip, int port, int backlog) {
    static final int BYTES = 320;
    static final int KEY_BYTES_MAX = 220;
    private static final int NAMESPACE_BYTES_MAX = 64;
    private static final int VERSION = 0x53425231;
    private static final int IP_AT = 16;
    private static final int NAMESPACE_AT = 32;
    private static final int KEY_AT = 100;

    enum Operation {
        /** A TCP socket connected to nothing, opened in the namespace. */
        SOCKET,
        /** The listening socket of that key: the one that exists, or a new one. */
        LISTEN,
        /** Keeps the descriptor that comes along under that key: a broker that was restarted gets its listeners back. */
        ADOPT,
        /** Closes the listening socket of that key. */
        RELEASE,
        /** From now on counts which listeners are asked for. */
        BEGIN,
        /** Closes the listeners not asked for since {@link #BEGIN}. */
        SWEEP
    }

    byte[] encode() {
        var out = ByteBuffer.allocate(BYTES);
        out.putInt(VERSION)
                .putInt(operation.ordinal())
                .putInt(port)
                .putShort((short) backlog)
                .putShort((short) ip.length);
        out.put(IP_AT, ip);
        put(out, NAMESPACE_AT, namespace, NAMESPACE_BYTES_MAX);
        put(out, KEY_AT, key, KEY_BYTES_MAX);
        return out.array();
    }

    /** Throws IllegalArgumentException for anything that {@link #encode} cannot have written. */
    static BrokerRequest decode(byte[] packet) {
        var in = ByteBuffer.wrap(packet);
        if (packet.length != BYTES || in.getInt() != VERSION) {
            throw new IllegalArgumentException("a request of another version or length (" + packet.length + " bytes)");
        }
        int code = in.getInt();
        int port = in.getInt();
        int backlog = in.getShort();
        int ipBytes = in.getShort();
        if (code < 0 || code >= Operation.values().length || port < 0 || port > 65_535 || backlog < 0) {
            throw new IllegalArgumentException("operation " + code + ", port " + port + ", backlog " + backlog);
        }
        if (ipBytes != 0 && ipBytes != 4 && ipBytes != 16) {
            throw new IllegalArgumentException("an address of " + ipBytes + " bytes");
        }
        var ip = new byte[ipBytes];
        in.get(IP_AT, ip);
        return new BrokerRequest(
                Operation.values()[code],
                text(in, KEY_AT, KEY_BYTES_MAX),
                text(in, NAMESPACE_AT, NAMESPACE_BYTES_MAX),
                ip,
                port,
                backlog);
    }

    private static void put(ByteBuffer out, int at, String text, int bytesMax) {
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        if (ascii.length >= bytesMax) {
            throw new IllegalArgumentException("'" + text + "' is longer than " + (bytesMax - 1) + " bytes");
        }
        out.put(at, ascii);
    }

    private static String text(ByteBuffer in, int at, int bytesMax) {
        int length = 0;
        while (length < bytesMax && in.get(at + length) != 0) {
            if (in.get(at + length) < ' ') {
                throw new IllegalArgumentException("a text with byte " + in.get(at + length));
            }
            length++;
        }
        return new String(in.array(), at, length, StandardCharsets.US_ASCII);
    }
}
