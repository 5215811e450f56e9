package dev.steppe.cli.data;

import dev.steppe.cli.command.Arguments;
import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import java.io.IOException;
import java.util.Base64;
import java.util.List;

/** Writes the value of a key. */
public final class KvPut implements Command {

    @Override
    public String usage() {
        return "[flags] <key> [<value>|@<file>|-]";
    }

    @Override
    public String about() {
        return "Writes a value, from the command line, from a file with @, or from standard input with -. With -acquire "
                + "or -release also takes the key for a session or lets go of it.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("acquire", "Take the key for the session; makes it if it is not there."),
                Flag.toggle("base64", "The value is in base64; its bytes are written."),
                Flag.toggle("cas", "Write only if the key was last changed at -modify-index; 0: only if it is new."),
                Flag.text("flags", "number", "A number of 64 bits that is kept with the value."),
                Flag.text("modify-index", "index", "The index for -cas."),
                Flag.toggle("release", "Let go of the key that the session holds."),
                Flag.text("session", "id", "The session for -acquire and -release."));
    }

    @Override
    public List<Flag> commonFlags() {
        return CommonFlags.consul();
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException, IOException {
        var arguments = invocation.arguments();
        var words = arguments.words();
        if (words.isEmpty() || words.size() > 2) {
            throw new UsageException("this command takes a key and a value");
        }
        var key = Keys.checked(words.getFirst());
        var data = words.size() == 2 ? Keys.data(words.getLast(), invocation.terminal()) : new byte[0];
        if (arguments.has("base64")) {
            try {
                data = Base64.getDecoder().decode(data);
            } catch (IllegalArgumentException wrong) {
                throw new CommandFailure("Error! Cannot base 64 decode data: " + wrong.getMessage());
            }
        }
        boolean done = invocation
                .consul()
                .putBytes(Keys.route(key), query(arguments), data)
                .body()
                .isTrue();
        invocation.terminal().line(outcome(arguments, key, done));
        return 0;
    }

    private static Query query(Arguments arguments) throws UsageException {
        var session = arguments.text("session").orElse("");
        boolean locks = arguments.has("acquire") || arguments.has("release");
        if (locks && session.isEmpty()) {
            throw new UsageException("flags -acquire and -release need -session");
        }
        var index = arguments.text("modify-index");
        if (arguments.has("cas") && index.isEmpty()) {
            throw new UsageException("flag -cas needs -modify-index");
        }
        var flags = arguments.text("flags");
        return Query.none()
                .andIf(flags.isPresent(), "flags", flags.orElse(""))
                .andIf(arguments.has("cas"), "cas", index.orElse(""))
                .andIf(arguments.has("acquire"), "acquire", session)
                .andIf(arguments.has("release"), "release", session);
    }

    private static String outcome(Arguments arguments, String key, boolean done) throws CommandFailure {
        if (arguments.has("acquire")) {
            return said(done, "Success! Lock acquired on: " + key, "Error! Did not acquire lock");
        }
        if (arguments.has("release")) {
            return said(done, "Success! Lock released on: " + key, "Error! Did not release lock");
        }
        return said(
                done,
                "Success! Data written to: " + key,
                "Error! Did not write to " + key + ": it was changed meanwhile (CAS failed)");
    }

    private static String said(boolean done, String success, String failure) throws CommandFailure {
        if (!done) {
            throw new CommandFailure(failure);
        }
        return success;
    }
}
