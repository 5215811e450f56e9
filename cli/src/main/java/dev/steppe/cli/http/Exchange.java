package dev.steppe.cli.http;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One HTTP/1.1 request and its answer on a connection of its own. The answer's head is read when the exchange opens, its
 * body is read by the caller, who must close the exchange. Owned by one thread.
 */
final class Exchange implements Closeable {
    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
    private static final int HANDSHAKE_TIMEOUT_MILLIS = 10_000;
    private static final int HEAD_BYTES_MAX = 64 * 1024;
    private static final int SWITCHED = 101;
    private static final int SEND_BYTES = 64 * 1024;

    private final Closeable connection;
    private final int status;
    private final List<String> headers;
    private final InputStream body;
    private final OutputStream output;

    private Exchange(Closeable connection, InputStream input, OutputStream output) throws IOException {
        this.connection = connection;
        this.output = output;
        var head = readHead(input);
        while (statusOf(head) / 100 == 1 && statusOf(head) != SWITCHED) {
            head = readHead(input);
        }
        this.status = statusOf(head);
        this.headers = head;
        this.body = bodyOf(input);
    }

    /** Writes what follows the head of a request. */
    interface Content {
        void write(OutputStream to) throws IOException;
    }

    /** Sends a request whose head is complete, line ends included. A timeout of 0 waits for ever between two bytes. */
    static Exchange open(Target target, String head, byte[] content, int readTimeoutMillis) throws IOException {
        return open(target, head, to -> to.write(content), readTimeoutMillis);
    }

    /** The same with content that is written while it is sent. */
    static Exchange open(Target target, String head, Content content, int readTimeoutMillis) throws IOException {
        return target.isUnix() ? overUnix(target, head, content) : overTcp(target, head, content, readTimeoutMillis);
    }

    private static Exchange overTcp(Target target, String head, Content content, int readTimeoutMillis)
            throws IOException {
        var plain = new Socket();
        try {
            plain.setTcpNoDelay(true);
            plain.connect(new InetSocketAddress(target.host(), target.port()), CONNECT_TIMEOUT_MILLIS);
            plain.setSoTimeout(target.secured().isPresent() ? HANDSHAKE_TIMEOUT_MILLIS : readTimeoutMillis);
            var socket = target.secured().isPresent()
                    ? target.secured().get().over(plain, target.host(), target.port())
                    : plain;
            socket.setSoTimeout(readTimeoutMillis);
            send(socket.getOutputStream(), head, content);
            return new Exchange(socket, new BufferedInputStream(socket.getInputStream()), socket.getOutputStream());
        } catch (IOException failed) {
            closeAfter(failed, plain);
            throw failed;
        }
    }

    private static Exchange overUnix(Target target, String head, Content content) throws IOException {
        var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(Path.of(target.socketPath())));
            var output = Channels.newOutputStream(channel);
            send(output, head, content);
            return new Exchange(channel, new BufferedInputStream(Channels.newInputStream(channel)), output);
        } catch (IOException failed) {
            closeAfter(failed, channel);
            throw failed;
        }
    }

    private static void closeAfter(IOException failed, Closeable connection) {
        try {
            connection.close();
        } catch (IOException alsoFailed) {
            failed.addSuppressed(alsoFailed);
        }
    }

    private static void send(OutputStream output, String head, Content content) throws IOException {
        var whole = new BufferedOutputStream(output, SEND_BYTES);
        whole.write(head.getBytes(StandardCharsets.UTF_8));
        content.write(whole);
        whole.flush();
    }

    int status() {
        return status;
    }

    InputStream body() {
        return body;
    }

    /** Where to write after the agent agreed to switch protocols. */
    OutputStream output() {
        return output;
    }

    byte[] bodyBytes() throws IOException {
        return body.readAllBytes();
    }

    /** The value of a header, empty when the answer has none of this name. */
    String header(String name) {
        var wanted = name.toLowerCase(Locale.ROOT);
        for (var line : headers) {
            var colon = line.indexOf(':');
            if (colon > 0 && line.substring(0, colon).toLowerCase(Locale.ROOT).equals(wanted)) {
                return line.substring(colon + 1).trim();
            }
        }
        return "";
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }

    private static List<String> readHead(InputStream input) throws IOException {
        List<String> lines = new ArrayList<>();
        var bytes = 0;
        while (true) {
            var line = readLine(input);
            bytes += line.length();
            if (bytes > HEAD_BYTES_MAX) {
                throw new IOException("the answer's head is larger than " + HEAD_BYTES_MAX + " bytes");
            }
            if (line.isEmpty()) {
                if (lines.isEmpty()) {
                    throw new IOException("the answer is not HTTP");
                }
                return lines;
            }
            lines.add(line);
        }
    }

    private static String readLine(InputStream input) throws IOException {
        var line = new ByteArrayOutputStream();
        while (true) {
            var next = input.read();
            if (next < 0) {
                throw new EOFException("the agent closed the connection before it answered");
            }
            if (next == '\n') {
                var text = line.toString(StandardCharsets.ISO_8859_1);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            line.write(next);
            if (line.size() > HEAD_BYTES_MAX) {
                throw new IOException("a line of the answer is longer than " + HEAD_BYTES_MAX + " bytes");
            }
        }
    }

    private static int statusOf(List<String> head) throws IOException {
        var first = head.getFirst();
        if (!first.startsWith("HTTP/1.") || first.length() < 12) {
            throw new IOException("the answer is not HTTP: " + first);
        }
        try {
            return Integer.parseInt(first.substring(9, 12));
        } catch (NumberFormatException notDigits) {
            throw new IOException("the answer has no status: " + first, notDigits);
        }
    }

    private InputStream bodyOf(InputStream input) throws IOException {
        if (status == 204 || status == 304) {
            return InputStream.nullInputStream();
        }
        if (header("Transfer-Encoding").toLowerCase(Locale.ROOT).contains("chunked")) {
            return new Chunks(input);
        }
        var length = header("Content-Length");
        if (length.isEmpty()) {
            return input;
        }
        try {
            return new Counted(input, Long.parseLong(length));
        } catch (NumberFormatException notDigits) {
            throw new IOException("the answer has a wrong Content-Length: " + length, notDigits);
        }
    }

    /** A body of known length; ending earlier is an error, so that half an answer is never taken for a whole one. */
    private static final class Counted extends InputStream {
        private final InputStream input;
        private long bytesLeft;

        Counted(InputStream input, long bytes) {
            this.input = input;
            this.bytesLeft = bytes;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 255;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (bytesLeft == 0) {
                return -1;
            }
            var count = input.read(into, offset, (int) Math.min(length, bytesLeft));
            if (count < 0) {
                throw new EOFException("the answer broke off, " + bytesLeft + " bytes are missing");
            }
            bytesLeft -= count;
            return count;
        }
    }

    /** A body in chunks. A read returns what one chunk has, so that a followed log shows at once. */
    private static final class Chunks extends InputStream {
        private final InputStream input;
        private long bytesLeft;
        private boolean started;
        private boolean ended;

        Chunks(InputStream input) {
            this.input = input;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 255;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (bytesLeft == 0 && !ended) {
                nextChunk();
            }
            if (ended) {
                return -1;
            }
            var count = input.read(into, offset, (int) Math.min(length, bytesLeft));
            if (count < 0) {
                throw new EOFException("the answer broke off inside a chunk");
            }
            bytesLeft -= count;
            return count;
        }

        private void nextChunk() throws IOException {
            if (started && !readLine(input).isEmpty()) {
                throw new IOException("the answer has a chunk of the wrong size");
            }
            started = true;
            var line = readLine(input);
            var semicolon = line.indexOf(';');
            try {
                bytesLeft = Long.parseLong((semicolon < 0 ? line : line.substring(0, semicolon)).trim(), 16);
            } catch (NumberFormatException notHexadecimal) {
                throw new IOException("the answer has a chunk without a size: " + line, notHexadecimal);
            }
            if (bytesLeft == 0) {
                ended = true;
                while (!readLine(input).isEmpty()) {
                    // trailers are allowed and mean nothing here
                }
            }
        }
    }
}
