package dev.steppe.agent;

import dev.steppe.agent.configuration.ConfigCommand;
import dev.steppe.agent.demo.Demo;
import dev.steppe.agent.doctor.DoctorCommand;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.language.source.Diagnostic;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The entry of everything that is not a plain command: {@code agent}, {@code config}, {@code demo} and {@code doctor}. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        // one line an event; it must be set before the first logger exists
        System.setProperty("java.util.logging.SimpleFormatter.format", "%1$tFT%1$tT.%1$tL %4$s %5$s%6$s%n");
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        var err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(Arrays.asList(arguments), out, err));
    }

    private static int run(List<String> arguments, PrintStream out, PrintStream err) {
        String command = arguments.isEmpty() ? "" : arguments.getFirst();
        var rest = arguments.isEmpty() ? arguments : arguments.subList(1, arguments.size());
        return switch (command) {
            case "agent" -> agent(rest, out, err);
            case "config" -> ConfigCommand.run(rest, out, err);
            case "demo" -> Demo.run(rest, home(), out, err);
            case "doctor" -> DoctorCommand.run(rest, System.getenv(), out, err);
            default -> {
                err.println("steppe: unknown command \"" + command + "\"; see steppe help");
                yield 1;
            }
        };
    }

    /** Where Steppe was unpacked or built, told by whoever started this program: the folder with the examples. */
    private static Path home() {
        return Path.of(System.getProperty("steppe.home", ".")).toAbsolutePath();
    }

    private static int agent(List<String> arguments, PrintStream out, PrintStream err) {
        if (arguments.contains("-h") || arguments.contains("-help") || arguments.contains("--help")) {
            out.print(AgentArguments.USAGE);
            return 0;
        }
        var parsed = AgentArguments.parse(arguments, System.getenv(), LinuxCalls.isRoot());
        if (parsed.options().isEmpty()) {
            parsed.problems().forEach(problem -> err.println("steppe agent: " + problem));
            if (!parsed.diagnostics().isEmpty()) {
                err.println(Diagnostic.render(parsed.diagnostics()));
            }
            return 1;
        }
        parsed.notices().forEach(notice -> err.println("steppe agent: " + notice));
        try {
            return run(parsed.options().get(), out);
        } catch (IOException failed) {
            err.println("steppe agent: " + failed.getMessage());
            return 1;
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    /** Runs until a signal. A development agent then stops and removes everything; others leave their tasks to the next. */
    private static int run(AgentOptions options, PrintStream out) throws IOException, InterruptedException {
        var signal = StopSignal.install();
        try (var agent = Assembly.start(options)) {
            return run(agent, options.development(), signal, out);
        } finally {
            // also after a failure, or the process would never end
            signal.done();
        }
    }

    private static int run(Assembly agent, boolean development, StopSignal signal, PrintStream out)
            throws IOException, InterruptedException {
        out.println(agent.announcement());
        ReadyNotice.send(System.getenv());
        signal.await();
        if (development) {
            out.println("==> Stopping: ending all allocations and removing what they used");
            agent.stopAndRemove();
        } else {
            out.println("==> Stopping: tasks run on");
        }
        return 0;
    }
}
