package dev.steppe.agent.configuration;

import dev.steppe.language.source.Diagnostic;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

/** {@code steppe config validate}: reads configuration files as the agent does, and starts nothing. */
public final class ConfigCommand {
    static final String USAGE = """
            Usage: steppe config validate [-quiet] <file or directory> ...

              Reads configuration files as an agent would at its start, in the words of Nomad's or
              of Consul's agent, and says all that is wrong with them. Of a directory all files that
              end in .hcl or .json are read, by name; all files are checked together, as one
              configuration. What an agent cannot do yet, or what only the machine has where it is
              to start, is a warning. Exit status: 0 valid, 1 not.
            """;

    private ConfigCommand() {}

    /** Runs the words after {@code steppe config}; the result is the exit status. */
    public static int run(List<String> arguments, PrintStream out, PrintStream err) {
        if (arguments.stream().anyMatch(List.of("-h", "-help", "--help")::contains)) {
            out.print(USAGE);
            return 0;
        }
        boolean quiet = arguments.stream().anyMatch(List.of("-quiet", "--quiet")::contains);
        var words = arguments.stream().filter(word -> !word.matches("--?quiet")).toList();
        var places = words.isEmpty() ? words : words.subList(1, words.size());
        if (places.isEmpty() || !words.getFirst().equals("validate")) {
            err.print(USAGE);
            return 1;
        }
        var flag = places.stream().filter(place -> place.startsWith("-")).findFirst();
        if (flag.isPresent()) {
            err.println("steppe config validate: unknown flag " + flag.get());
            return 1;
        }
        try {
            var parsed = ConfigurationReader.read(ConfigurationFiles.read(places), List.of(), false);
            return report(parsed, quiet, out, err);
        } catch (IOException unreadable) {
            err.println("steppe config validate: " + unreadable.getMessage());
            return 1;
        }
    }

    private static int report(ConfigurationReader.Parsed parsed, boolean quiet, PrintStream out, PrintStream err) {
        var wrong = weighing(parsed, Finding.Weight.WRONG);
        if (!wrong.isEmpty()) {
            err.println(Diagnostic.render(wrong));
            return 1;
        }
        if (!quiet) {
            var warnings = weighing(parsed, Finding.Weight.AT_START);
            if (!warnings.isEmpty()) {
                out.println(Diagnostic.render(warnings) + "\n");
            }
            parsed.notices().forEach(notice -> out.println("Notice: " + notice));
            if (!warnings.isEmpty()) {
                out.println("An agent would not start with it yet: "
                        + (warnings.size() == 1 ? "see the warning." : "see the " + warnings.size() + " warnings."));
            }
        }
        out.println("Configuration is valid!");
        return 0;
    }

    private static List<Diagnostic> weighing(ConfigurationReader.Parsed parsed, Finding.Weight weight) {
        return parsed.findings().stream()
                .filter(finding -> finding.weight() == weight)
                .map(Finding::diagnostic)
                .toList();
    }
}
