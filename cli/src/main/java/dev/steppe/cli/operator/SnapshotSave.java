package dev.steppe.cli.operator;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** Saves the whole state of the region to a file. */
public final class SnapshotSave implements Command {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    /** Writes what comes to a file that only its owner reads, which has its name once it was found whole. */
    private static ArchiveFile keep(InputStream archive, Path file) throws IOException, CommandFailure {
        var unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
        Files.deleteIfExists(unfinished);
        Files.createFile(
                unfinished, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (var to = Files.newOutputStream(unfinished)) {
            archive.transferTo(to);
        }
        var read = ArchiveFile.read(unfinished);
        Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
        return read;
    }

    @Override
    public String usage() {
        return "[flags] [file]";
    }

    @Override
    public String about() {
        return "Saves the whole state of the region to a file: jobs, nodes, allocations, variables with the keys that open them, "
                + "the certificate authority. Whoever has the file has all secrets: only its owner can read it. Without a "
                + "name it is called after the time.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(Flag.toggle("stale", "As the asked server knows it, also while nobody leads."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var words = invocation.arguments().words();
        if (words.size() > 1) {
            throw new UsageException("this command takes one argument: the file");
        }
        var name = words.isEmpty() ? "steppe-state-" + STAMP.format(Instant.now()) + ".snap" : words.getFirst();
        var query = Query.none().andIf(invocation.arguments().has("stale"), "stale", "true");
        ArchiveFile archive;
        try (var stream = invocation.nomad().stream("/v1/operator/snapshot", query)) {
            archive = keep(stream, Path.of(name));
        } catch (IOException broken) {
            throw new CommandFailure("the state was not saved whole to " + name + ": " + broken.getMessage());
        }
        invocation
                .terminal()
                .line("State file " + name + " written: index "
                        + archive.description().text("Index") + ", " + archive.bytes() + " bytes");
        return 0;
    }
}
