package dev.steppe.agent;

import dev.steppe.agent.configuration.ConfigCommand;
import dev.steppe.agent.demo.Demo;
import dev.steppe.agent.doctor.DoctorCommand;
import dev.steppe.agent.log.AgentLog;
import dev.steppe.agent.tls.TlsCommand;
import dev.steppe.io.linux.LinuxCalls;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** The entry of everything that is not a plain command: {@code agent}, {@code config}, {@code demo}, {@code doctor} and {@code tls}. */
public final class Main {
    private static final System.Logger LOG = System.getLogger(Main.class.getName());
    private static final int INTERRUPTED = 130;
    private static final int TERMINATED = 143;

    private Main() {}

    public static void main(String[] arguments) {
        // one line an event, for what is logged before and after an agent; it must be set before the first logger
        // exists
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
            case "tls" -> TlsCommand.run(rest, Path.of("").toAbsolutePath(), out, err, System.getenv());
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
        if (!arguments.isEmpty() && arguments.getFirst().equals("cleanup")) {
            return CleanupCommand.run(arguments.subList(1, arguments.size()), System.getenv(), out, err);
        }
        if (arguments.contains("-h") || arguments.contains("-help") || arguments.contains("--help")) {
            out.print(AgentArguments.USAGE);
            return 0;
        }
        boolean root = LinuxCalls.isRoot();
        var parsed = AgentArguments.parse(arguments, System.getenv(), root);
        if (parsed.options().isEmpty()) {
            err.println(parsed.trouble());
            return 1;
        }
        var options = parsed.options().get();
        try (var log = AgentLog.install(options.configuration().log(), err)) {
            parsed.notices().forEach(notice -> LOG.log(Level.INFO, "configuration: " + notice));
            var reloading = new Reloading(
                    arguments, System.getenv(), root, parsed.words().orElseThrow(), log);
            if (!options.development()) {
                // whoever closes the terminal of a development agent wants it to end
                Signals.handle("HUP", reloading::onSignal);
            }
            return run(options, out, reloading::follow);
        } catch (IOException failed) {
            err.println("steppe agent: " + failed.getMessage());
            return 1;
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    /** Runs until a signal. A development agent then stops and removes everything; others leave their tasks to the next. */
    private static int run(AgentOptions options, PrintStream out, Consumer<Assembly> begun)
            throws IOException, InterruptedException {
        var signal = StopSignal.install();
        // before anything starts: a signal that comes during the start means the same as later
        var leaving = options.configuration().leaving().signals();
        var ending = leaving.isEmpty()
                ? new AtomicReference<>("")
                : Signals.remember(leaving, name -> System.exit(name.equals("INT") ? INTERRUPTED : TERMINATED));
        try {
            boolean wanted = new AgentLife(options, signal, begun)
                    .live(agent -> announce(agent, options, out), agent -> farewell(agent, options, ending.get(), out));
            return wanted ? 0 : 1;
        } finally {
            // also after a failure, or the process would never end
            signal.done();
        }
    }

    private static void announce(Assembly agent, AgentOptions options, PrintStream out)
            throws IOException, InterruptedException {
        var pidFile = options.configuration().pidFile();
        if (pidFile.isPresent()) {
            Files.writeString(pidFile.get(), ProcessHandle.current().pid() + "\n");
        }
        out.println(agent.announcement());
        ReadyNotice.send(System.getenv());
    }

    private static void farewell(Assembly agent, AgentOptions options, String ending, PrintStream out)
            throws IOException, InterruptedException {
        var pidFile = options.configuration().pidFile();
        if (pidFile.isPresent()) {
            Files.deleteIfExists(pidFile.get());
        }
        String trouble = agent.givenUp().getNow("");
        if (!trouble.isEmpty()) {
            LOG.log(Level.ERROR, "this agent cannot go on: " + trouble);
        } else if (options.development()) {
            out.println("==> Stopping: ending all allocations and removing what they used");
            agent.stopAndRemove();
        } else if (!ending.isEmpty()) {
            out.println("==> Stopping: ending all allocations, as leave_on_interrupt or leave_on_terminate says");
            agent.endAllocations(options.configuration().leaving().deadline());
        } else {
            out.println("==> Stopping: tasks run on");
        }
    }
}
