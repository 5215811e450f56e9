package dev.steppe.agent.doctor;

import dev.steppe.agent.AgentArguments;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code steppe doctor}: exit code 0 when nothing is a problem, 1 otherwise. */
public final class DoctorCommand {
    private static final String USAGE = """
            Usage: steppe doctor [options]

              Looks whether this machine can run Steppe and says for each thing what was found,
              and where something is missing why it matters and what to do.

            Options:
              -fix        repair what can be repaired safely, and say what was done (needs root)
              -json       everything as JSON
              -verbose    say also for what is in order why it matters

              Options of steppe agent, such as -config=/etc/steppe.d, -data-dir or -nomad-port, say which
              agent is to run; without a configuration it is one of steppe agent -dev.

            Exit code: 0 when nothing is a problem, 1 otherwise.
            """;

    private DoctorCommand() {}

    private record Flags(boolean fix, boolean json, boolean verbose, boolean help, List<String> agent) {
        private static final List<String> OWN = List.of("fix", "json", "verbose", "h", "help");

        static Flags of(List<String> arguments) {
            var own = new ArrayList<String>();
            var agent = new ArrayList<String>();
            for (String argument : arguments) {
                var name = argument.replaceFirst("^--?", "");
                if (argument.startsWith("-") && OWN.contains(name)) {
                    own.add(name);
                } else {
                    agent.add(argument);
                }
            }
            return new Flags(
                    own.contains("fix"),
                    own.contains("json"),
                    own.contains("verbose"),
                    own.contains("h") || own.contains("help"),
                    agent);
        }
    }

    /** Runs the command; {@code environment} is that of the process. */
    public static int run(List<String> arguments, Map<String, String> environment, PrintStream out, PrintStream err) {
        var flags = Flags.of(arguments);
        if (flags.help()) {
            out.print(USAGE);
            return 0;
        }
        try (var machine = new ThisMachine(Optional.empty(), environment)) {
            boolean root = machine.effectiveUser() == 0;
            var parsed = parsed(flags.agent(), environment, root);
            if (parsed.options().isEmpty()) {
                err.println(parsed.trouble().replace("steppe agent: ", "steppe doctor: "));
                return 1;
            }
            if (flags.fix() && !root) {
                err.println("steppe doctor: -fix changes the machine and needs root: sudo steppe doctor -fix");
                return 1;
            }
            return run(new Examination(machine, parsed.options().get()), flags, out);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    /** The agent as it would be started, and where nothing says what it is to be, a development agent. */
    private static AgentArguments.Parsed parsed(List<String> words, Map<String, String> environment, boolean root) {
        var asItIs = AgentArguments.parse(words, environment, root);
        boolean described = words.stream()
                .anyMatch(word -> word.matches("--?(config|config-file|config-dir|server|client|dev)(=.*)?"));
        if (asItIs.options().isPresent() || described) {
            return asItIs;
        }
        var developing = new ArrayList<>(words);
        developing.add("-dev");
        return AgentArguments.parse(developing, environment, root);
    }

    private static int run(Examination examination, Flags flags, PrintStream out) throws InterruptedException {
        var diagnosis = Doctor.examine(examination);
        List<Doctor.Repaired> repaired = List.of();
        if (flags.fix()) {
            repaired = Doctor.repair(examination, diagnosis);
            diagnosis = repaired.isEmpty() ? diagnosis : Doctor.examine(examination);
        }
        var report = new Report(diagnosis, repaired);
        if (flags.json()) {
            out.println(report.json());
        } else {
            report.print(out, flags.verbose());
        }
        return diagnosis.count(Level.PROBLEM) == 0 ? 0 : 1;
    }
}
