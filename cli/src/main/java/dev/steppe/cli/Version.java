package dev.steppe.cli;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Prints the version of this program; asks no agent. */
public final class Version implements Command {

    @Override
    public String usage() {
        return "";
    }

    @Override
    public String about() {
        return "Prints the version of this program.";
    }

    @Override
    public List<Flag> flags() {
        return List.of();
    }

    @Override
    public List<Flag> commonFlags() {
        return List.of();
    }

    @Override
    public int run(Invocation invocation) throws UsageException {
        invocation.arguments().refuseWords();
        invocation.terminal().line("Steppe v" + number());
        return 0;
    }

    /** The version that the build, or who made the package, wrote beside the classes. */
    public static String number() {
        try (var resource = Version.class.getResourceAsStream("version.txt")) {
            return resource == null ? "unknown" : new String(resource.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
