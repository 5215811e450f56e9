package dev.steppe.agent;

import dev.steppe.agent.configuration.SnapshotSettings;
import dev.steppe.io.DurableFile;
import dev.steppe.io.Loop;
import dev.steppe.server.SavedState;
import dev.steppe.server.StateArchive;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Writes the whole state, as this server knows it, to a file now and then, and keeps the youngest files. A file has its
 * name only when it was read again from the disk and is whole; the time of the youngest one decides when the next is due,
 * also after a restart. Nothing but its own files is ever removed.
 */
final class SnapshotSchedule {
    private static final System.Logger LOG = System.getLogger(SnapshotSchedule.class.getName());
    /** Until a server that has just started knows the state. */
    private static final Duration FIRST = Duration.ofSeconds(10);

    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    private final Loop loop;
    private final SnapshotSettings settings;
    private final Path directory;
    private final Pattern own;
    private final Source source;

    /** Where the state comes from; empty while this server does not know the newest one. */
    interface Source {
        Optional<StateArchive> archive(Instant now) throws IOException, InterruptedException;
    }

    SnapshotSchedule(Loop loop, SnapshotSettings settings, Path directory, Source source) {
        this.loop = loop;
        this.settings = settings;
        this.directory = directory;
        this.own = Pattern.compile(Pattern.quote(settings.name()) + "-\\d{8}-\\d{6}-\\d+\\.snap");
        this.source = source;
    }

    void start() {
        later(settings.interval().compareTo(FIRST) < 0 ? settings.interval() : FIRST);
    }

    private void later(Duration delay) {
        loop.after(
                delay,
                () -> loop.<Duration>offload("snapshot-file", this::look, outcome -> {
                    switch (outcome) {
                        case Loop.Outcome.Done<Duration> done -> later(done.value());
                        case Loop.Outcome.Failed<Duration> failed -> {
                            LOG.log(
                                    Level.WARNING,
                                    "no snapshot file written directory=" + directory + " reason="
                                            + failed.reason().getMessage());
                            later(settings.retry());
                        }
                    }
                }));
    }

    /** Writes a file if one is due; how long to wait then. */
    Duration look() throws IOException, InterruptedException {
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        var youngest = files().stream().findFirst();
        if (youngest.isPresent()) {
            var due = Files.getLastModifiedTime(youngest.get()).toInstant().plus(settings.interval());
            if (due.isAfter(loop.now()) && due.isBefore(loop.now().plus(settings.interval()))) {
                return Duration.between(loop.now(), due);
            }
        }
        var archive = source.archive(loop.now());
        if (archive.isEmpty()) {
            return settings.retry();
        }
        write(archive.get());
        removeOldest();
        return settings.interval();
    }

    private void write(StateArchive archive) throws IOException {
        var description = archive.description();
        var file = directory.resolve(
                settings.name() + "-" + STAMP.format(description.created()) + "-" + description.index() + ".snap");
        var unfinished = directory.resolve(settings.name() + ".unfinished");
        Files.deleteIfExists(unfinished);
        Files.createFile(
                unfinished, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (var channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
            var out = new BufferedOutputStream(Channels.newOutputStream(channel));
            archive.write(out);
            out.flush();
            channel.force(true);
        }
        var read = SavedState.open(unfinished);
        if (!read.description().equals(description)) {
            throw new IOException(
                    "what was read again from " + unfinished + " is another state: " + read.description());
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        DurableFile.forceDirectory(directory);
        LOG.log(Level.INFO, "snapshot file written and read again file=" + file + " index=" + description.index());
    }

    private void removeOldest() throws IOException {
        var all = files();
        for (var old : all.subList(Math.min(settings.retain(), all.size()), all.size())) {
            Files.delete(old);
            LOG.log(Level.INFO, "old snapshot file removed file=" + old);
        }
    }

    /** This server's own files, the youngest first: their names begin with the time. */
    private List<Path> files() throws IOException {
        try (var all = Files.list(directory)) {
            return all.filter(file -> own.matcher(file.getFileName().toString()).matches())
                    .sorted(Comparator.comparing(
                                    (Path file) -> file.getFileName().toString())
                            .reversed())
                    .toList();
        }
    }
}
