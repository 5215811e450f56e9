package dev.steppe.cli.job;

import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.json.JsonReader;
import dev.steppe.cli.json.JsonSyntaxException;
import dev.steppe.jobspec.JobFile;
import dev.steppe.jobspec.ParseOptions;
import dev.steppe.jobspec.ParsedJob;
import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import dev.steppe.model.codec.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A job as the user wrote it: where it came from, its text, and the values given for its variables. */
record JobFileText(String path, String source, Map<String, String> variables, List<Source> variableFiles) {
    private static final String VARIABLE_PREFIX = "NOMAD_VAR_";
    private static final String FAILED = "Error getting job struct: ";

    /** The file, or standard input for {@code -}, and the variables that the flags give. */
    static JobFileText read(Invocation invocation, String path) throws UsageException, CommandFailure, IOException {
        var source = path.equals("-")
                ? new String(invocation.terminal().in().readAllBytes(), StandardCharsets.UTF_8)
                : file(path);
        if (source.isBlank()) {
            throw new CommandFailure(FAILED + path + " is empty");
        }
        if (invocation.arguments().has("json") && !isJson(source)) {
            throw new CommandFailure(FAILED + path + " is not JSON: it does not begin with a brace");
        }
        List<Source> files = new ArrayList<>();
        for (var variableFile : invocation.arguments().texts("var-file")) {
            files.add(new Source(variableFile, file(variableFile)));
        }
        return new JobFileText(path, source, variables(invocation), files);
    }

    private static boolean isJson(String source) {
        return source.stripLeading().startsWith("{");
    }

    private static String file(String path) throws CommandFailure, IOException {
        try {
            return Files.readString(Path.of(path));
        } catch (NoSuchFileException missing) {
            throw new CommandFailure(FAILED + "there is no file " + path);
        }
    }

    private static Map<String, String> variables(Invocation invocation) throws UsageException {
        Map<String, String> variables = new LinkedHashMap<>();
        for (var written : invocation.arguments().texts("var")) {
            var equals = written.indexOf('=');
            if (equals <= 0) {
                throw new UsageException("flag -var: \"" + written + "\" is not name=value");
            }
            variables.put(written.substring(0, equals), written.substring(equals + 1));
        }
        return variables;
    }

    static Flag strictFlag() {
        return Flag.toggle("hcl2-strict", "Values for variables that the file does not declare are mistakes (true).");
    }

    /** The job of the file. What its author should know about the file goes to the error stream. */
    ParsedJob parsed(Invocation invocation) throws CommandFailure {
        try {
            var parsed = JobFile.parse(path.equals("-") ? "standard input" : path, source, options(invocation));
            for (var notice : parsed.notices()) {
                invocation.terminal().complain(invocation.terminal().yellow(notice.render()));
            }
            return parsed;
        } catch (DiagnosticException refused) {
            throw new CommandFailure(FAILED + path + "\n\n" + Diagnostic.render(refused.diagnostics()));
        }
    }

    /** The job as the API takes it. */
    static Json json(ParsedJob parsed) {
        try {
            return JsonReader.read(Codec.toJson(parsed.job()));
        } catch (JsonSyntaxException ours) {
            throw new IllegalStateException("the codec wrote a job that is " + ours.getMessage(), ours);
        }
    }

    private ParseOptions options(Invocation invocation) {
        var environment = new LinkedHashMap<String, String>();
        for (var entry : invocation.environment().entrySet()) {
            if (entry.getKey().startsWith(VARIABLE_PREFIX)) {
                environment.put(entry.getKey().substring(VARIABLE_PREFIX.length()), entry.getValue());
            }
        }
        var file = Path.of(path).toAbsolutePath();
        var folder = path.equals("-") || file.getParent() == null ? Path.of("").toAbsolutePath() : file.getParent();
        var home = invocation.environment().getOrDefault("HOME", "/");
        var strict = !invocation.arguments().text("hcl2-strict").orElse("true").equals("false");
        return new ParseOptions(environment, variableFiles, variables, FileFunctions.table(folder, home), strict);
    }

    /** What the server may keep of the source, for people who ask later what was submitted. */
    Json submission() {
        var flags = new Json.Fields();
        for (var variable : variables.entrySet()) {
            flags.put(variable.getKey(), variable.getValue());
        }
        var assignments = new StringBuilder();
        for (var variableFile : variableFiles) {
            assignments.append(variableFile.text()).append('\n');
        }
        return new Json.Fields()
                .put("Source", source)
                .put("Format", isJson(source) ? "json" : "hcl2")
                .put("VariableFlags", flags.build())
                .put("Variables", assignments.toString())
                .build();
    }
}
