package dev.steppe.agent.log;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A file that is closed and put aside when it is old or large enough; {@code steppe.log} is then
 * {@code steppe-<milliseconds>.log}. Only the owner may read it. For one thread at a time.
 */
final class RotatedFile implements AutoCloseable {
    private final Path file;
    private final Duration after;
    private final long bytesMax;
    private final Optional<Integer> kept;
    private OutputStream out;
    private long bytes;
    private Instant opened;

    /** A limit of 0 bytes is none; without a number all files that were put aside are kept. */
    RotatedFile(Path file, Duration after, long bytesMax, Optional<Integer> kept, Instant now) throws IOException {
        this.file = file;
        this.after = after;
        this.bytesMax = bytesMax;
        this.kept = kept;
        if (file.getParent() != null) {
            Files.createDirectories(file.getParent());
        }
        this.out = open();
        this.opened = now;
    }

    private OutputStream open() throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        bytes = Files.size(file);
        return Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    void write(String text, Instant now) throws IOException {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        boolean full = bytesMax > 0 && bytes > 0 && bytes + encoded.length > bytesMax;
        if (full || bytes > 0 && opened.plus(after).isBefore(now)) {
            rotate(now);
        }
        out.write(encoded);
        out.flush();
        bytes += encoded.length;
    }

    private void rotate(Instant now) throws IOException {
        out.close();
        Files.move(file, free(now));
        prune();
        out = open();
        opened = now;
    }

    private Path free(Instant now) {
        long number = now.toEpochMilli();
        Path aside = aside(number);
        while (Files.exists(aside)) {
            aside = aside(++number);
        }
        return aside;
    }

    private Path aside(long number) {
        return file.resolveSibling(stem() + "-" + number + ending());
    }

    private String stem() {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot <= 0 ? name : name.substring(0, dot);
    }

    private String ending() {
        return file.getFileName().toString().substring(stem().length());
    }

    private void prune() throws IOException {
        if (kept.isEmpty()) {
            return;
        }
        List<Path> aside;
        try (var files = Files.list(file.toAbsolutePath().getParent())) {
            aside = files.filter(this::isAside)
                    .sorted(java.util.Comparator.comparing(Path::getFileName))
                    .toList();
        }
        for (Path old : aside.subList(0, Math.max(0, aside.size() - kept.get()))) {
            Files.deleteIfExists(old);
        }
    }

    private boolean isAside(Path other) {
        String name = other.getFileName().toString();
        return name.startsWith(stem() + "-")
                && name.endsWith(ending())
                && name.substring(stem().length() + 1, name.length() - ending().length())
                        .matches("\\d+");
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
