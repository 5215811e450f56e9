package dev.steppe.cli.job;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.CommonFlags;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.terminal.Fields;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;

/** Launches a parameterized job with a payload and meta, and follows what comes of it. */
public final class JobDispatch implements Command {
    /** Agents take less; more is not worth reading. */
    private static final int PAYLOAD_BYTES_MAX = 1 << 20;

    @Override
    public String usage() {
        return "[flags] <job> [payload file or -]";
    }

    @Override
    public String about() {
        return "Launches a parameterized job. The payload, at most 16 KiB, is a file or standard input (-); tasks find it where "
                + "their dispatch_payload says, and meta as NOMAD_META_<key>.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(
                Flag.toggle("detach", "Return once it is launched and print the ids."),
                Flag.text("id-prefix-template", "words", "Words in the middle of the new job's id."),
                Flag.text("idempotency-token", "token", "Launch at most once under this token."),
                Flag.repeated("meta", "key=value", "Meta that the job asks for; may be repeated."),
                Flag.number("priority", "number", "The priority instead of the job's."),
                Flag.toggle("verbose", "Whole ids."),
                CommonFlags.browser());
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException, IOException {
        var arguments = invocation.arguments();
        var words = arguments.words();
        if (words.isEmpty() || words.size() > 2) {
            throw new UsageException("this command takes one or two arguments: the job, and a payload file or -");
        }
        var body = new Json.Fields().put("Meta", meta(arguments.texts("meta")));
        if (words.size() == 2) {
            body.put("Payload", payload(invocation, words.get(1)));
        }
        arguments.number("priority").ifPresent(priority -> body.put("Priority", priority));
        arguments.text("id-prefix-template").ifPresent(middle -> body.put("IdPrefixTemplate", middle));
        var stub = JobMatch.one(invocation, words.getFirst());
        var scope = JobRun.JobScope.of(stub);
        var token = arguments.text("idempotency-token").orElse("");
        var reply = invocation
                .nomad()
                .put(
                        "/v1/job/" + Query.encode(stub.text("ID")) + "/dispatch",
                        scope.query().andIf(!token.isEmpty(), "idempotency_token", token),
                        body.build())
                .body();
        var evaluation = reply.text("EvalID");
        var shown = new Fields().put("Dispatched Job ID", reply.text("DispatchedJobID"));
        invocation.terminal().fields(shown.putIf(!evaluation.isEmpty(), "Evaluation ID", evaluation));
        if (evaluation.isEmpty() || arguments.has("detach")) {
            return 0;
        }
        invocation.terminal().blankLine();
        return new Monitor(invocation, scope, arguments.has("verbose")).followEvaluation(evaluation);
    }

    private static Json meta(List<String> pairs) throws UsageException {
        var meta = new Json.Fields();
        for (var pair : pairs) {
            var equals = pair.indexOf('=');
            if (equals < 1) {
                throw new UsageException("flag -meta: \"" + pair + "\" is not key=value");
            }
            meta.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return meta.build();
    }

    private static String payload(Invocation invocation, String source) throws CommandFailure, IOException {
        try (var in = source.equals("-") ? invocation.terminal().in() : file(source)) {
            var payload = in.readNBytes(PAYLOAD_BYTES_MAX + 1);
            if (payload.length > PAYLOAD_BYTES_MAX) {
                throw new CommandFailure("The payload is larger than " + PAYLOAD_BYTES_MAX + " bytes; give tasks the"
                        + " address of large data instead");
            }
            return Base64.getEncoder().encodeToString(payload);
        }
    }

    private static InputStream file(String source) throws CommandFailure {
        try {
            return Files.newInputStream(Path.of(source));
        } catch (IOException unreadable) {
            throw new CommandFailure("Error reading input data: " + unreadable.getMessage());
        }
    }
}
