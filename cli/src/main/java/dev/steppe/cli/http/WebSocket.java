package dev.steppe.cli.http;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Text messages to and from the agent (RFC 6455) on a connection of its own. Any thread sends, one thread receives. The
 * JDK's own needs its whole HTTP client, which loads longer than a command takes, and knows no unix sockets.
 */
public final class WebSocket implements Closeable {
    private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int MESSAGE_BYTES_MAX = 16 << 20;
    private static final int FINAL = 0x80;
    private static final int MASKED = 0x80;
    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private final Exchange exchange;
    private final DataInputStream input;
    private String closeReason = "";

    private WebSocket(Exchange exchange) {
        this.exchange = exchange;
        this.input = new DataInputStream(exchange.body());
    }

    /** A fresh value of the header that asks to switch. */
    static String newKey() {
        var bytes = new byte[16];
        ThreadLocalRandom.current().nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** Takes over an exchange that was answered with 101 to a request with the key. */
    static WebSocket over(Exchange exchange, String key) throws IOException {
        if (!exchange.header("Sec-WebSocket-Accept").equals(accepted(key))) {
            throw new IOException("the answer does not open a WebSocket");
        }
        return new WebSocket(exchange);
    }

    private static String accepted(String key) {
        try {
            var digest =
                    MessageDigest.getInstance("SHA-1").digest((key + ACCEPT_SUFFIX).getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Sends a text. */
    public void send(String text) throws IOException {
        send(TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    private synchronized void send(int kind, byte[] content) throws IOException {
        var frame = ByteBuffer.allocate(content.length + 14);
        frame.put((byte) (FINAL | kind));
        if (content.length < 126) {
            frame.put((byte) (MASKED | content.length));
        } else if (content.length <= 0xffff) {
            frame.put((byte) (MASKED | 126)).putShort((short) content.length);
        } else {
            frame.put((byte) (MASKED | 127)).putLong(content.length);
        }
        var mask = new byte[4];
        ThreadLocalRandom.current().nextBytes(mask);
        frame.put(mask);
        for (var i = 0; i < content.length; i++) {
            frame.put((byte) (content[i] ^ mask[i & 3]));
        }
        exchange.output().write(frame.array(), 0, frame.position());
        exchange.output().flush();
    }

    /** The next text, waiting for it; empty when the agent closed, see {@link #closeReason}. */
    public Optional<String> receive() throws IOException {
        var message = new ByteArrayOutputStream();
        while (true) {
            var head = input.readUnsignedByte();
            var content = content(input.readUnsignedByte());
            switch (head & 0xf) {
                case TEXT, BINARY, CONTINUATION -> {
                    message.write(content);
                    if (message.size() > MESSAGE_BYTES_MAX) {
                        throw new IOException("a message is larger than " + MESSAGE_BYTES_MAX + " bytes");
                    }
                    if ((head & FINAL) != 0) {
                        return Optional.of(message.toString(StandardCharsets.UTF_8));
                    }
                }
                case PING -> send(PONG, content);
                case PONG -> {}
                case CLOSE -> {
                    closeReason = content.length <= 2
                            ? ""
                            : new String(content, 2, content.length - 2, StandardCharsets.UTF_8);
                    return Optional.empty();
                }
                default -> throw new IOException("a frame of unknown kind " + (head & 0xf));
            }
        }
    }

    private byte[] content(int shortLength) throws IOException {
        long length = switch (shortLength) {
            case 126 -> input.readUnsignedShort();
            case 127 -> input.readLong();
            default -> shortLength;
        };
        if (length < 0 || length > MESSAGE_BYTES_MAX) {
            throw new IOException("a frame is larger than " + MESSAGE_BYTES_MAX + " bytes");
        }
        var content = input.readNBytes((int) length);
        if (content.length < length) {
            throw new EOFException("the agent closed the connection");
        }
        return content;
    }

    /** What the agent said when it closed; empty when it said nothing. */
    public String closeReason() {
        return closeReason;
    }

    @Override
    public void close() throws IOException {
        exchange.close();
    }
}
