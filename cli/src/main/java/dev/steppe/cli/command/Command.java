package dev.steppe.cli.command;

import dev.steppe.cli.http.ApiException;
import java.io.IOException;
import java.util.List;

/** One command: how it is called and what it does. Instances hold nothing and run once. */
public interface Command {

    /** The words after the command's name in its usage line. */
    String usage();

    /** What it does, in a few sentences. */
    String about();

    /** Its own flags, in the order help shows them; the common ones of its dialect come from {@link CommonFlags}. */
    List<Flag> flags();

    /** The flags every command of this kind has too. */
    default List<Flag> commonFlags() {
        return CommonFlags.nomad();
    }

    /** True when the first positional word ends the flags, because the words after it belong to another program. */
    default boolean wordsEndFlags() {
        return false;
    }

    /**
     * Does the work and returns the exit code.
     *
     * @throws UsageException when the command line makes no sense
     * @throws CommandFailure when it ends without success, with what to print and the exit code
     * @throws ApiException when the agent is away or refuses; printed, exit code 1
     * @throws IOException when a local file or the terminal fails
     */
    int run(Invocation invocation) throws UsageException, CommandFailure, ApiException, IOException;
}
