package dev.steppe.client.driver;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** HTTP/1.1 over a unix socket, one connection per request. Blocking, for virtual threads. */
record UnixHttp(Path socket) {
    private static final int LINE_MAX = 64 * 1024;
    private static final int BODY_MAX = 16 * 1024 * 1024;

    /** A complete answer. */
    record Answer(int status, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8).trim();
        }
    }

    /** An answer whose body is read as it comes; closing ends the connection. */
    record Streamed(int status, InputStream body, SocketChannel connection) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            connection.close();
        }
    }

    /** Sends a request and reads the whole answer. */
    Answer send(String method, String target, SortedMap<String, String> headers, byte[] content) throws IOException {
        try (var streamed = open(method, target, headers, content)) {
            var body = streamed.body().readNBytes(BODY_MAX + 1);
            if (body.length > BODY_MAX) {
                throw new IOException(method + " " + target + " answered more than " + BODY_MAX + " bytes");
            }
            return new Answer(streamed.status(), body);
        }
    }

    /** Sends a request and hands the answer out once its head is read. */
    Streamed open(String method, String target, SortedMap<String, String> headers, byte[] content) throws IOException {
        return open("close", method, target, headers, Content.of(content), connection -> {});
    }

    /** The same with the content of a file. */
    Streamed upload(String method, String target, SortedMap<String, String> headers, Path file) throws IOException {
        return open("close", method, target, headers, Content.of(file), connection -> {});
    }

    /** The same for answers that are long in coming: whoever is given the connection may close it to give up. */
    Streamed openPatiently(
            String method, String target, SortedMap<String, String> headers, Consumer<SocketChannel> connected)
            throws IOException {
        return open("close", method, target, headers, Content.of(new byte[0]), connected);
    }

    /** Sends a request after which the connection carries bytes of another kind in both directions. */
    Streamed upgrade(String method, String target, SortedMap<String, String> headers, byte[] content)
            throws IOException {
        var upgrading = new TreeMap<>(headers);
        upgrading.put("Upgrade", "tcp");
        return open("Upgrade", method, target, upgrading, Content.of(content), connection -> {});
    }

    /** What is sent with a request. */
    private record Content(long bytes, Writing writing) {
        private interface Writing {
            void to(SocketChannel connection) throws IOException;
        }

        static Content of(byte[] content) {
            return new Content(content.length, connection -> write(connection, content));
        }

        static Content of(Path file) throws IOException {
            return new Content(Files.size(file), connection -> {
                try (var input = FileChannel.open(file)) {
                    long size = input.size();
                    for (long sent = 0; sent < size; ) {
                        sent += input.transferTo(sent, size - sent, connection);
                    }
                }
            });
        }
    }

    private Streamed open(
            String after,
            String method,
            String target,
            SortedMap<String, String> headers,
            Content content,
            Consumer<SocketChannel> connected)
            throws IOException {
        var connection = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        try {
            connected.accept(connection);
            var head = new StringBuilder(
                    method + " " + target + " HTTP/1.1\r\nHost: docker\r\nConnection: " + after + "\r\n");
            headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
            head.append("Content-Length: " + content.bytes() + "\r\n\r\n");
            write(connection, head.toString().getBytes(StandardCharsets.US_ASCII));
            content.writing().to(connection);
            var input = new BufferedInputStream(Channels.newInputStream(connection));
            int status = status(line(input));
            var answered = headers(input);
            InputStream body = input;
            if (answered.getOrDefault("transfer-encoding", "").equals("chunked")) {
                body = new Chunks(input);
            } else if (answered.containsKey("content-length")) {
                body = new Counted(input, Long.parseLong(answered.getOrDefault("content-length", "0")));
            }
            return new Streamed(status, body, connection);
        } catch (IOException | RuntimeException failed) {
            connection.close();
            throw failed;
        }
    }

    static void write(SocketChannel connection, byte[] bytes) throws IOException {
        for (var buffer = ByteBuffer.wrap(bytes); buffer.hasRemaining(); ) {
            connection.write(buffer);
        }
    }

    private static int status(String line) throws IOException {
        var words = line.split(" ", 3);
        if (words.length < 2 || !words[0].startsWith("HTTP/1.") || !words[1].matches("[0-9]{3}")) {
            throw new IOException("not an HTTP answer: " + line);
        }
        return Integer.parseInt(words[1]);
    }

    private static SortedMap<String, String> headers(InputStream input) throws IOException {
        var headers = new TreeMap<String, String>();
        for (var line = line(input); !line.isEmpty(); line = line(input)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).trim().toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).trim());
            }
        }
        return headers;
    }

    private static String line(InputStream input) throws IOException {
        var bytes = new ByteArrayOutputStream();
        for (int next = input.read(); next != '\n'; next = input.read()) {
            if (next < 0) {
                throw new EOFException("the connection ended in the head of an answer");
            }
            if (bytes.size() >= LINE_MAX) {
                throw new IOException("a line of an answer is longer than " + LINE_MAX + " bytes");
            }
            bytes.write(next);
        }
        return bytes.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    /** A body of known length. */
    private static final class Counted extends InputStream {
        private final InputStream input;
        private long leftBytes;

        Counted(InputStream input, long leftBytes) {
            this.input = input;
            this.leftBytes = leftBytes;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0 || leftBytes == 0) {
                return length == 0 ? 0 : -1;
            }
            int count = input.read(into, offset, (int) Math.min(length, leftBytes));
            if (count < 0) {
                throw new EOFException("an answer ended before its length");
            }
            leftBytes -= count;
            return count;
        }
    }

    /** A body in chunks. */
    private static final class Chunks extends InputStream {
        private final InputStream input;
        private long leftBytes;
        private boolean ended;
        private boolean first = true;

        Chunks(InputStream input) {
            this.input = input;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            // Asked for nothing, it must not wait for the next chunk.
            if (length == 0) {
                return 0;
            }
            if (leftBytes == 0 && !ended) {
                next();
            }
            if (ended) {
                return -1;
            }
            int count = input.read(into, offset, (int) Math.min(length, leftBytes));
            if (count < 0) {
                throw new EOFException("an answer ended inside a chunk");
            }
            leftBytes -= count;
            return count;
        }

        @Override
        public int available() throws IOException {
            return leftBytes == 0 ? 0 : (int) Math.min(leftBytes, input.available());
        }

        private void next() throws IOException {
            if (!first) {
                line(input);
            }
            first = false;
            var size = line(input);
            int extension = size.indexOf(';');
            leftBytes = Long.parseLong((extension < 0 ? size : size.substring(0, extension)).trim(), 16);
            ended = leftBytes == 0;
        }
    }
}
