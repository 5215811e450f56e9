package dev.steppe.agent;

import dev.steppe.agent.configuration.Configuration;
import dev.steppe.agent.configuration.ConfigurationFiles;
import dev.steppe.agent.configuration.ConfigurationReader;
import dev.steppe.agent.configuration.Flag;
import dev.steppe.agent.configuration.Flags;
import dev.steppe.agent.configuration.MachineAddresses;
import dev.steppe.agent.configuration.Words;
import dev.steppe.agent.link.Joining;
import dev.steppe.agent.link.LinkFiles;
import dev.steppe.language.source.Diagnostic;
import dev.steppe.wire.network.HostPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The command line of {@code steppe agent}: every flag is understood or refused by name, all problems at once. */
public final class AgentArguments {
    static final String USAGE = """
            Usage: steppe agent -dev [options]
                   steppe agent -config=<path> [options]
                   steppe agent cleanup [-force] [options]

              Starts an agent: a server and a node in one process. With -dev everything is for
              development: on loopback, and removed when the agent stops. Otherwise its data are
              kept, tasks run on when it stops, and the next agent takes them over. When none shall follow,
              cleanup removes what a stopped agent left on the machine (steppe agent cleanup -h).

            Options:
              -dev                          a whole cluster for development
              -config=<path>                a configuration file, or a directory of some; may be repeated;
                                            flags win. Also -config-file and -config-dir.
            """ + Flags.help();

    private final List<String> problems = new ArrayList<>();
    private final List<String> files = new ArrayList<>();
    private final List<ConfigurationReader.Given> given = new ArrayList<>();
    private boolean development;
    private Optional<String> join = Optional.empty();

    /** Options with what should be known of them, or what is wrong on the command line and in the configuration files. */
    public record Parsed(
            Optional<AgentOptions> options,
            List<String> problems,
            List<Diagnostic> diagnostics,
            List<String> notices,
            Optional<Words> words) {

        /** All that is wrong, for a person. */
        public String trouble() {
            var lines = new ArrayList<>(
                    problems.stream().map(problem -> "steppe agent: " + problem).toList());
            if (!diagnostics.isEmpty()) {
                lines.add(Diagnostic.render(diagnostics));
            }
            return String.join("\n", lines);
        }
    }

    /** Reads the words after {@code steppe agent}. */
    public static Parsed parse(List<String> arguments, Map<String, String> environment, boolean root) {
        return new AgentArguments().read(new ArrayDeque<>(arguments), environment, root);
    }

    private Parsed read(Deque<String> arguments, Map<String, String> environment, boolean root) {
        while (!arguments.isEmpty()) {
            flag(arguments);
        }
        ConfigurationReader.Parsed read;
        try {
            read = ConfigurationReader.read(ConfigurationFiles.read(files), given, development);
        } catch (IOException unreadable) {
            problems.add("-config: " + unreadable.getMessage());
            return new Parsed(Optional.empty(), problems, List.of(), List.of(), Optional.empty());
        }
        // of a configuration that was not understood nothing else can be said
        var options = read.obstacles().isEmpty()
                ? options(read.configuration(), environment, root)
                : Optional.<AgentOptions>empty();
        if (!problems.isEmpty() || options.isEmpty()) {
            return new Parsed(Optional.empty(), problems, read.obstacles(), List.of(), Optional.empty());
        }
        return new Parsed(options, List.of(), List.of(), read.notices(), Optional.of(read.words()));
    }

    private Optional<AgentOptions> options(Configuration configuration, Map<String, String> environment, boolean root) {
        roles(configuration);
        var directory = configuration
                .dataDir()
                .or(() -> development ? Optional.of(defaultDirectory(environment, root)) : Optional.empty());
        if (directory.isEmpty()) {
            problems.add("where is the data to be kept? Name a directory: -data-dir=/var/lib/steppe, or data_dir in a"
                    + " configuration file; or add -dev for an agent that keeps nothing");
            return Optional.empty();
        }
        if (development && configuration.dataDir().isPresent()) {
            checkDirectory(directory.get());
        }
        try {
            var listening = configuration.listening().among(!development && hasOthers(configuration, directory.get()));
            var addresses = Addresses.of(listening, MachineAddresses.now());
            if (development && addresses.areOpen()) {
                problems.add(
                        "a development agent listens on loopback only, such as 127.0.0.1: it asks nobody who they are");
            }
            var options = AgentOptions.of(configuration, development, directory.get(), addresses);
            options.network();
            return Optional.of(join.map(options::joining).orElse(options));
        } catch (IllegalArgumentException nowhere) {
            problems.add("listening and advertising: " + nowhere.getMessage());
            return Optional.empty();
        }
    }

    /** Whether agents of other machines are to reach this one: it was told of some, or was given a certificate for them. */
    private boolean hasOthers(Configuration configuration, Path directory) {
        var known = new ArrayList<>(configuration.link().servers());
        join.ifPresent(written -> known.add(Joining.parse(written).server().toString()));
        known.addAll(LinkFiles.serversIn(directory.resolve(AgentOptions.LINK)));
        return known.isEmpty()
                ? configuration.link().own().isPresent()
                : !known.stream()
                        .map(address ->
                                HostPort.parse(address, Joining.USUAL_PORT).host())
                        .allMatch(Addresses::isLoopback);
    }

    /** An agent is a server, a client or both. */
    private void roles(Configuration configuration) {
        boolean server = configuration.server().enabled();
        boolean client = configuration.client().enabled();
        if (!server && !client) {
            problems.add("what is this agent? Add -dev, or -server and -client, or server { enabled = true } and"
                    + " client { enabled = true } in a configuration file");
        } else if (development && !(server && client)) {
            problems.add("a development agent is server and client: leave -dev out for an agent that is one of them");
        }
    }

    /** Another program's data must not go when this agent removes its own. */
    private void checkDirectory(Path directory) {
        for (String part : List.of("data", "run")) {
            Path path = directory.resolve(part);
            if (Files.exists(path) && !DevelopmentData.isOurs(path)) {
                problems.add(path + " exists and was not made by a development agent, which removes its data when it"
                        + " stops: choose another data_dir, or move it away");
            }
        }
    }

    /** The same place each time, so that what a crash left is found again. */
    private static Path defaultDirectory(Map<String, String> environment, boolean root) {
        if (root) {
            return Path.of("/var/lib/steppe/dev");
        }
        String state = environment.get("XDG_STATE_HOME");
        Path home = Path.of(environment.getOrDefault("HOME", "/tmp"));
        return (state == null || state.isEmpty() ? home.resolve(".local/state") : Path.of(state)).resolve("steppe/dev");
    }

    private void flag(Deque<String> arguments) {
        String argument = arguments.pop();
        if (!argument.startsWith("-")) {
            problems.add("unexpected argument \"" + argument + "\"");
            return;
        }
        String word = argument.replaceFirst("^--?", "");
        int equals = word.indexOf('=');
        String name = equals < 0 ? word : word.substring(0, equals);
        Optional<String> value = equals < 0 ? Optional.empty() : Optional.of(word.substring(equals + 1));
        switch (name) {
            case "dev" -> development = !value.equals(Optional.of("false"));
            case "join" -> value(name, value, arguments).ifPresent(this::join);
            case "config", "config-file", "config-dir" ->
                value(name, value, arguments).ifPresent(files::add);
            default ->
                Flags.of(name, value)
                        .ifPresentOrElse(
                                flag -> flag(flag, value, arguments),
                                () -> problems.add(
                                        ("unknown flag -" + name + "; see steppe agent -h. " + Flags.suggestion(name))
                                                .strip()));
        }
    }

    /** A server and a token, or, as of old, only a server. */
    private void join(String written) {
        if (!written.contains("#")) {
            Flags.of("join", Optional.of(written))
                    .ifPresent(flag -> given.add(new ConfigurationReader.Given(flag, written)));
            return;
        }
        try {
            join = Optional.of(Joining.fromFile(written));
            Joining.parse(join.get());
        } catch (IllegalArgumentException | IOException wrong) {
            problems.add("-join: " + wrong.getMessage());
        }
    }

    private void flag(Flag flag, Optional<String> value, Deque<String> arguments) {
        if (flag.takes() == Flag.Takes.NOTHING) {
            String truth = value.orElse("true");
            if (truth.equals("true") || truth.equals("false")) {
                given.add(new ConfigurationReader.Given(flag, truth));
            } else {
                problems.add("-" + flag.name() + "=" + truth + " must be true or false");
            }
            return;
        }
        var found = value(flag.name(), value, arguments);
        if (found.isPresent()
                && flag.takes() == Flag.Takes.ENTRY
                && !found.get().matches("(?s)[^=:]+[=:].*")) {
            problems.add("-" + flag.name() + "=" + found.get() + " must be -" + flag.name() + "=<key>=<value>");
        } else {
            found.map(text -> new ConfigurationReader.Given(flag, absolute(flag, text)))
                    .ifPresent(given::add);
        }
    }

    /** A path on the command line may be a relative one: whoever types it stands somewhere. */
    private static String absolute(Flag flag, String text) {
        return flag.value().equals("path") ? Path.of(text).toAbsolutePath() + (text.endsWith("/") ? "/" : "") : text;
    }

    private Optional<String> value(String name, Optional<String> value, Deque<String> arguments) {
        var found = value.or(() -> Optional.ofNullable(arguments.poll())).filter(text -> !text.isEmpty());
        if (found.isEmpty()) {
            problems.add("-" + name + " needs a value: -" + name + "=<value>");
        }
        return found;
    }
}
