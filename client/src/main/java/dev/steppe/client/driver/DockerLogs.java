package dev.steppe.client.driver;

import dev.steppe.io.linux.LinuxCalls;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Properties;

/**
 * Copies a container's output, which the daemon keeps while no agent runs, into the task's log files, each entry once:
 * a position on disk tells the time of the last entry, how many entries of that time were written, and how long the
 * files were then. Used by one thread.
 */
final class DockerLogs {
    private static final int HEADER_BYTES = 8;
    private static final int STDERR = 2;
    private static final int ENTRY_MAX = 4 * 1024 * 1024;
    private static final int NANO_DIGITS = 9;
    private static final Duration SAVE_EVERY = Duration.ofMillis(250);

    private final Path stdout;
    private final Path stderr;
    private final Path positionFile;
    private Position position;

    /** Where copying stopped. Times are as the daemon prints them; empty before the first entry. */
    private record Position(String time, int entriesOfTime, long stdoutBytes, long stderrBytes) {}

    DockerLogs(Path stdout, Path stderr, Path positionFile) throws IOException {
        this.stdout = stdout;
        this.stderr = stderr;
        this.positionFile = positionFile;
        LinuxCalls.openForAppending(stdout, 0640).close();
        LinuxCalls.openForAppending(stderr, 0640).close();
        this.position = read();
    }

    /** The time from which the daemon should tell, as it wants it. */
    String since() {
        return position.time().isEmpty() ? "0" : seconds(position.time());
    }

    /** Copies until the stream ends. */
    void copy(InputStream body) throws IOException {
        try (var out = open(stdout, position.stdoutBytes());
                var errors = open(stderr, position.stderrBytes())) {
            var input = new DataInputStream(body);
            int skip = position.time().isEmpty() ? 0 : position.entriesOfTime();
            var header = new byte[HEADER_BYTES];
            long savedNanos = System.nanoTime();
            while (input.readNBytes(header, 0, HEADER_BYTES) == HEADER_BYTES) {
                int length = ByteBuffer.wrap(header).getInt(4);
                if (length < 0 || length > ENTRY_MAX) {
                    throw new IOException("a log entry of " + length + " bytes");
                }
                var entry = input.readNBytes(length);
                if (entry.length < length) {
                    throw new EOFException("the log stream ended inside an entry");
                }
                int space = indexOfSpace(entry);
                var time = new String(entry, 0, space, StandardCharsets.US_ASCII);
                int order = compare(time, position.time());
                if (order < 0 || (order == 0 && skip-- > 0)) {
                    continue;
                }
                var channel = header[0] == STDERR ? errors : out;
                write(channel, ByteBuffer.wrap(entry, space + 1, length - space - 1));
                position = new Position(
                        time, order == 0 ? position.entriesOfTime() + 1 : 1, out.position(), errors.position());
                // Not for each entry: what is written twice after a crash is cut off by the recorded lengths.
                if (System.nanoTime() - savedNanos > SAVE_EVERY.toNanos()) {
                    save();
                    savedNanos = System.nanoTime();
                }
            }
            save();
        }
    }

    /** The output of a container with a terminal, which comes without frames: a line is an entry, and all is output. */
    static InputStream framed(InputStream lines) {
        return new InputStream() {
            private final BufferedInputStream input = new BufferedInputStream(lines);
            private ByteArrayInputStream entry = new ByteArrayInputStream(new byte[0]);

            @Override
            public int read() throws IOException {
                var one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                if (entry.available() == 0) {
                    entry = next();
                }
                return entry.read(into, offset, length);
            }

            private ByteArrayInputStream next() throws IOException {
                var line = new ByteArrayOutputStream();
                line.writeBytes(new byte[] {1, 0, 0, 0, 0, 0, 0, 0});
                for (int next = input.read(); next >= 0; next = input.read()) {
                    line.write(next);
                    if (next == '\n' || line.size() > ENTRY_MAX) {
                        break;
                    }
                }
                var bytes = line.toByteArray();
                int length = bytes.length - HEADER_BYTES;
                ByteBuffer.wrap(bytes).putInt(4, length);
                return new ByteArrayInputStream(length == 0 ? new byte[0] : bytes);
            }
        };
    }

    private static int indexOfSpace(byte[] entry) throws IOException {
        for (int index = 0; index < entry.length; index++) {
            if (entry[index] == ' ') {
                return index;
            }
        }
        throw new IOException("a log entry without a time");
    }

    /** Bytes behind the recorded length were written by an agent that died before it recorded them; they come again. */
    private static FileChannel open(Path file, long recordedBytes) throws IOException {
        var channel = FileChannel.open(file, StandardOpenOption.WRITE);
        if (channel.size() > recordedBytes) {
            channel.truncate(recordedBytes);
        }
        channel.position(channel.size());
        return channel;
    }

    private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private Position read() throws IOException {
        var values = new Properties();
        try (var reader = Files.newBufferedReader(positionFile)) {
            values.load(reader);
        } catch (NoSuchFileException first) {
            return new Position("", 0, Files.size(stdout), Files.size(stderr));
        }
        return new Position(
                values.getProperty("time", ""),
                Integer.parseInt(values.getProperty("entries", "0")),
                Long.parseLong(values.getProperty("stdout", "0")),
                Long.parseLong(values.getProperty("stderr", "0")));
    }

    /** Makes the starting point durable before the container runs. */
    void save() throws IOException {
        var values = new Properties();
        values.setProperty("time", position.time());
        values.setProperty("entries", Integer.toString(position.entriesOfTime()));
        values.setProperty("stdout", Long.toString(position.stdoutBytes()));
        values.setProperty("stderr", Long.toString(position.stderrBytes()));
        var fresh = positionFile.resolveSibling(positionFile.getFileName() + ".new");
        try (var writer = Files.newBufferedWriter(fresh)) {
            values.store(writer, null);
        }
        Files.move(fresh, positionFile, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Orders times of one daemon: they may differ in the number of digits, so text order is not enough. */
    static int compare(String left, String right) {
        return left.isEmpty() || right.isEmpty()
                ? Integer.compare(left.length(), right.length())
                : Instant.parse(left).compareTo(Instant.parse(right));
    }

    private static String seconds(String time) {
        var instant = Instant.parse(time);
        var nanos = Integer.toString(instant.getNano());
        return instant.getEpochSecond() + "." + "0".repeat(NANO_DIGITS - nanos.length()) + nanos;
    }
}
