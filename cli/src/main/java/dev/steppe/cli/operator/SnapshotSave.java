package dev.steppe.cli.operator;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import java.io.IOException;
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

    private static void keep(Path file, byte[] bytes) throws CommandFailure {
        var unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
        try {
            Files.deleteIfExists(unfinished);
            Files.createFile(
                    unfinished, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(unfinished, bytes);
            Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            throw new CommandFailure("cannot write " + file + ": " + failed.getMessage());
        }
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
        return List.of(Flag.refused("stale", "a state is saved whole or not at all; leave it out"));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var words = invocation.arguments().words();
        if (words.size() > 1) {
            throw new UsageException("this command takes one argument: the file");
        }
        var name = words.isEmpty() ? "steppe-state-" + STAMP.format(Instant.now()) + ".snap" : words.getFirst();
        byte[] bytes;
        try (var stream = invocation.nomad().stream("/v1/operator/snapshot", Query.none())) {
            bytes = stream.readAllBytes();
        } catch (IOException broken) {
            throw new CommandFailure("the state did not come whole: " + broken.getMessage());
        }
        var archive = ArchiveFile.read(bytes);
        keep(Path.of(name), bytes);
        invocation
                .terminal()
                .line("State file " + name + " written: index "
                        + archive.description().text("Index") + ", " + archive.bytes() + " bytes");
        return 0;
    }
}
