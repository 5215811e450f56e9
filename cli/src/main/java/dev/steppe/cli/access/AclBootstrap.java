package dev.steppe.cli.access;

import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Makes the first token, or one more for whoever holds one. */
public final class AclBootstrap implements Command {

    @Override
    public String usage() {
        return "[flags] [<file>]";
    }

    @Override
    public String about() {
        return "Makes the first token, with which everything may be done in both dialects; run it on the machine of a server."
                + " Whoever shows a token already, in NOMAD_TOKEN or CONSUL_HTTP_TOKEN, gets one more. The secret is shown"
                + " this once. With a file, or - for the standard input, the secret is what stands there, a random UUID.";
    }

    @Override
    public List<Flag> flags() {
        return List.of(Flag.toggle("json", "As JSON."));
    }

    @Override
    public int run(Invocation invocation) throws UsageException, CommandFailure, ApiException, IOException {
        var words = invocation.arguments().words();
        if (words.size() > 1) {
            throw new UsageException("this command takes at most one file");
        }
        var wish = new Json.Fields();
        if (!words.isEmpty()) {
            wish.put("BootstrapSecret", secret(words.getFirst(), invocation));
        }
        var made = invocation
                .nomadByEitherToken()
                .put("/v1/acl/bootstrap", Query.none(), wish.build())
                .body();
        if (invocation.arguments().has("json")) {
            invocation.terminal().json(made);
        } else {
            invocation.terminal().fields(Tokens.fields(made));
        }
        return 0;
    }

    private static String secret(String file, Invocation invocation) throws CommandFailure, IOException {
        var text = file.equals("-")
                ? new String(invocation.terminal().in().readAllBytes(), StandardCharsets.UTF_8)
                : Files.readString(Path.of(file));
        if (text.isBlank()) {
            throw new CommandFailure("there is no secret in " + file);
        }
        return text.strip();
    }
}
