package dev.steppe.cli.job;

import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.http.Query;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.json.JsonReader;
import dev.steppe.cli.json.JsonSyntaxException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A job as the user wrote it: where it came from, its text, and whether that is HCL or JSON. */
record JobFileText(String path, String source, boolean isJson) {

    /** Reads a file, or standard input for {@code -}. Text that begins with a brace is JSON, as it is when forced. */
    static JobFileText read(String path, boolean forcedJson, InputStream standardInput)
            throws CommandFailure, IOException {
        var source = path.equals("-") ? new String(standardInput.readAllBytes(), StandardCharsets.UTF_8) : file(path);
        if (source.isBlank()) {
            throw new CommandFailure("Error getting job struct: " + path + " is empty");
        }
        return new JobFileText(path, source, forcedJson || source.stripLeading().startsWith("{"));
    }

    private static String file(String path) throws CommandFailure, IOException {
        try {
            return Files.readString(Path.of(path));
        } catch (NoSuchFileException missing) {
            throw new CommandFailure("Error getting job struct: there is no file " + path);
        }
    }

    /** The job as the API takes it. HCL is parsed by the agent. */
    Json parse(Invocation invocation) throws CommandFailure, ApiException {
        if (isJson) {
            try {
                var document = JsonReader.read(source);
                return document.at("Job").isNull() ? document : document.at("Job");
            } catch (JsonSyntaxException wrong) {
                throw new CommandFailure("Error getting job struct: " + path + " is " + wrong.getMessage());
            }
        }
        var request = new Json.Fields().put("JobHCL", source).put("Canonicalize", false);
        try {
            return invocation
                    .nomad()
                    .put("/v1/jobs/parse", Query.none(), request.build())
                    .body();
        } catch (ApiException refused) {
            if (refused.status() == 400) {
                throw new CommandFailure("Error getting job struct: " + path + ": " + refused.body());
            }
            throw refused;
        }
    }

    /** What the server keeps of the source, for people who ask later what was submitted. */
    Json submission() {
        return new Json.Fields()
                .put("Source", source)
                .put("Format", isJson ? "json" : "hcl2")
                .build();
    }
}
