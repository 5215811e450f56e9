package dev.steppe.cli.operator;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.terminal.Fields;
import dev.steppe.model.archive.ArchiveFiles;
import java.nio.file.Path;
import java.util.List;

/** Tells what a file holds that a state was saved to. */
public final class SnapshotInspect implements Command {
    private static final List<String> REST =
            List.of("Index", "Term", "Version", "Region", "Server", "Created", "Jobs", "Nodes", "Allocations");

    @Override
    public String usage() {
        return "[flags] <file>";
    }

    @Override
    public String about() {
        return "Tells what a file holds that operator snapshot save wrote, after comparing every checksum. Asks no agent.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(Flag.toggle("json", "As JSON."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure {
        var archive = ArchiveFile.read(Path.of(invocation.arguments().onlyWord("the file")));
        var about = archive.description();
        if (invocation.arguments().has("json")) {
            invocation.terminal().json(about);
            return 0;
        }
        var fields = new Fields();
        fields.put("ID", ArchiveFiles.printable(about.text("ID")));
        fields.put("Size", archive.bytes() + " bytes");
        for (var name : REST) {
            fields.put(name, ArchiveFiles.printable(about.text(name)));
        }
        invocation.terminal().fields(fields);
        return 0;
    }
}
