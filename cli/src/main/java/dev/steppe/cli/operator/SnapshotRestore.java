package dev.steppe.cli.operator;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Replaces the whole state of the region by that of a file. */
public final class SnapshotRestore implements Command {

    @Override
    public String usage() {
        return "<file>";
    }

    @Override
    public String about() {
        return "Replaces the whole state of the region by that of a file which operator snapshot save wrote. A file that is not "
                + "whole changes nothing.";
    }

    @Override
    public List<Flag> flags() {
        return List.of();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException {
        var file = Path.of(invocation.arguments().onlyWord("the file"));
        var archive = ArchiveFile.read(file);
        try {
            invocation.nomad().putFile("/v1/operator/snapshot", Query.none(), file);
        } catch (IOException unreadable) {
            throw new CommandFailure("cannot read " + file + ": " + unreadable.getMessage());
        }
        invocation
                .terminal()
                .line("State restored: what " + archive.description().text("Region") + " was at index "
                        + archive.description().text("Index"));
        return 0;
    }
}
