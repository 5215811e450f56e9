package dev.steppe.cli.alloc;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.json.JsonWriter;
import dev.steppe.cli.terminal.RawTerminal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs a command inside a running task, at a terminal or with pipes. */
public final class AllocExec implements Command {
    private static final String NO_ESCAPE = "none";

    @Override
    public String usage() {
        return "[flags] <allocation> <command> [argument...]";
    }

    @Override
    public String about() {
        return "Runs a command inside a running task: in its namespaces and control groups, as its user, with its "
                + "environment. The exit code is the command's. With a terminal, the escape character and a dot at the "
                + "beginning of a line end the session.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.text("e", "character", "The escape character; none switches it off. Default ~."),
                Flag.text("group", "name", "With -job: an allocation of this group."),
                Flag.toggle("i", "Pass the input on. Default true."),
                Flag.toggle("job", "The argument is a job; its newest running allocation is taken."),
                Flag.toggle("t", "Give the command a terminal. Default true when this is one."),
                Flag.text("task", "name", "The task; needed when the allocation has several."));
    }

    @Override
    public boolean wordsEndFlags() {
        return true;
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException, IOException {
        var arguments = invocation.arguments();
        var words = arguments.words();
        if (words.size() < 2) {
            throw new UsageException("this command takes an allocation (or -job and a job) and a command to run");
        }
        var escape = escape(arguments.text("e").orElse("~"));
        var typing = !arguments.text("i").equals(Optional.of("false"));
        var atTerminal = RawTerminal.isThere();
        var wantsTerminal = arguments.text("t").isEmpty() ? atTerminal && typing : arguments.has("t");
        if (wantsTerminal && !typing) {
            throw new UsageException("flag -t needs the input: leave -i=false out");
        }
        var api = invocation.nomad();
        var id = AllocMatch.ofArgument(invocation, words.getFirst());
        var task = AllocMatch.task(api, id, arguments.text("task").orElse(""));
        var query = Query.of("task", task)
                .and("tty", Boolean.toString(wantsTerminal))
                .and("command", command(words.subList(1, words.size())));
        try (var socket = api.webSocket("/v1/client/allocation/" + Query.encode(id) + "/exec", query)) {
            var stream = new ExecStream(socket, invocation.terminal());
            if (!wantsTerminal || !atTerminal) {
                return stream.run(typing, Optional.empty());
            }
            try (var raw = RawTerminal.take().orElseThrow()) {
                raw.onResize(() -> raw.size().ifPresent(stream::resize));
                raw.size().ifPresent(stream::resize);
                return stream.run(true, escape);
            }
        }
    }

    private static String command(List<String> words) {
        List<Json> texts = new ArrayList<>();
        words.forEach(word -> texts.add(Json.of(word)));
        return JsonWriter.compact(new Json.Arr(texts));
    }

    private static Optional<EscapeKeys> escape(String character) throws UsageException {
        if (character.equals(NO_ESCAPE)) {
            return Optional.empty();
        }
        if (character.length() != 1 || character.charAt(0) > 127) {
            throw new UsageException("flag -e: \"" + character + "\" is not one character, and not " + NO_ESCAPE);
        }
        return Optional.of(new EscapeKeys(character.charAt(0)));
    }
}
