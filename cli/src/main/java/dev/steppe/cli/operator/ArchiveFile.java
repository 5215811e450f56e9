package dev.steppe.cli.operator;

import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.json.JsonReader;
import dev.steppe.cli.json.JsonSyntaxException;
import dev.steppe.model.archive.ArchiveFiles;
import dev.steppe.model.archive.DamagedArchiveException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** An archive of the state on this machine's disk: whether it is whole, and what it says of itself. */
record ArchiveFile(Json description, long bytes) {

    /** Reads an archive from its beginning to its end and compares every checksum. */
    static ArchiveFile read(Path file) throws CommandFailure {
        try {
            var description = ArchiveFiles.read(Files.newInputStream(file), ArchiveFile::description);
            return new ArchiveFile(JsonReader.read(description), Files.size(file));
        } catch (JsonSyntaxException damaged) {
            throw new CommandFailure(file + ": the archive is damaged: " + damaged.getMessage());
        } catch (DamagedArchiveException damaged) {
            throw new CommandFailure(file + ": " + damaged.getMessage());
        } catch (IOException unreadable) {
            throw new CommandFailure("cannot read " + file + ": " + unreadable.getMessage());
        }
    }

    private static String description(ArchiveFiles files) throws IOException {
        var description = "";
        for (var name = files.next(); name.isPresent(); name = files.next()) {
            if (name.get().equals(ArchiveFiles.DESCRIPTION)) {
                description = new String(files.small(), StandardCharsets.UTF_8);
            }
        }
        return description;
    }
}
