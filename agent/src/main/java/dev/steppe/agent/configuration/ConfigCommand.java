package dev.steppe.agent.configuration;

import dev.steppe.language.source.Diagnostic;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

/** {@code steppe config validate}: reads configuration files as the agent does, and starts nothing. */
public final class ConfigCommand {
    static final String USAGE = """
            Usage: steppe config validate <file or directory> ...

              Reads configuration files as an agent would at its start and says all that is wrong
              with them. Of a directory all files that end in .hcl or .json are read, by name; all
              files are checked together, as one configuration. Exit status: 0 valid, 1 not.
            """;

    private ConfigCommand() {}

    /** Runs the words after {@code steppe config}; the result is the exit status. */
    public static int run(List<String> arguments, PrintStream out, PrintStream err) {
        if (arguments.stream().anyMatch(List.of("-h", "-help", "--help")::contains)) {
            out.print(USAGE);
            return 0;
        }
        var places = arguments.isEmpty() ? arguments : arguments.subList(1, arguments.size());
        if (places.isEmpty() || !arguments.getFirst().equals("validate")) {
            err.print(USAGE);
            return 1;
        }
        var flag = places.stream().filter(place -> place.startsWith("-")).findFirst();
        if (flag.isPresent()) {
            err.println("steppe config validate: unknown flag " + flag.get());
            return 1;
        }
        try {
            var diagnostics = ConfigurationReader.read(ConfigurationFiles.read(places), Configuration.development())
                    .diagnostics();
            if (diagnostics.isEmpty()) {
                out.println("Configuration is valid!");
                return 0;
            }
            err.println(Diagnostic.render(diagnostics));
        } catch (IOException unreadable) {
            err.println("steppe config validate: " + unreadable.getMessage());
        }
        return 1;
    }
}
