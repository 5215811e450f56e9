package dev.steppe.cli;

import dev.steppe.cli.command.Arguments;
import dev.steppe.cli.command.Command;
import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.command.Flag;
import dev.steppe.cli.command.Invocation;
import dev.steppe.cli.command.UsageException;
import dev.steppe.cli.http.ApiException;
import dev.steppe.cli.terminal.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The commands of {@code steppe} that speak to an agent over HTTP. Finds the command, checks its flags, runs it and
 * turns what went wrong into one message and an exit code.
 */
public final class Main {
    private static final int FAILED = 1;

    private Main() {}

    /** Runs one command. Success returns, because ending the process by force costs more than falling off the end. */
    public static void main(String[] args) {
        var code = run(List.of(args), System.out, System.err, System.getenv());
        if (code != 0) {
            System.exit(code);
        }
    }

    /** Runs one command with the real clock and standard input. Returns the exit code. */
    public static int run(List<String> args, PrintStream out, PrintStream err, Map<String, String> environment) {
        return run(args, terminal(args, out, err, System.in, environment), environment);
    }

    /** Runs a command of another module with its own words, with help, flags and exit codes like those of this one. */
    public static int run(
            String name,
            Command command,
            List<String> args,
            PrintStream out,
            PrintStream err,
            Map<String, String> environment) {
        return execute(name, command, args, terminal(args, out, err, System.in, environment), environment);
    }

    /** Runs one command at a given terminal. Returns the exit code. */
    static int run(List<String> args, Terminal terminal, Map<String, String> environment) {
        if (args.isEmpty()) {
            Help.overview(terminal);
            return FAILED;
        }
        if (isHelp(args.getFirst()) || args.getFirst().equals("help") && args.size() == 1) {
            Help.overview(terminal);
            return 0;
        }
        if (args.getFirst().equals("help")) {
            return explain(args.subList(1, args.size()), terminal);
        }
        var name = Commands.nameIn(args);
        if (name.isEmpty()) {
            return unknown(args, terminal);
        }
        var command = Commands.create(name);
        var rest = args.subList(Commands.wordsOf(args, name), args.size());
        return command.isPresent() ? execute(name, command.get(), rest, terminal, environment) : FAILED;
    }

    private static int explain(List<String> words, Terminal terminal) {
        var name = Commands.nameIn(words);
        var command = Commands.create(name);
        if (command.isPresent()) {
            Help.command(name, command.get(), terminal);
            return 0;
        }
        return Help.elsewhere(words, terminal) || Help.group(words, terminal) ? 0 : unknown(words, terminal);
    }

    private static int unknown(List<String> args, Terminal terminal) {
        var notYet = NotYet.reason(Help.commandWords(args));
        if (notYet.isPresent()) {
            terminal.complain(notYet.get());
            return FAILED;
        }
        if (Help.group(args, terminal)) {
            return args.size() > 1 && isHelp(args.get(1)) ? 0 : FAILED;
        }
        terminal.complain("Unknown command: " + String.join(" ", Help.commandWords(args)) + Help.proposal(args));
        terminal.complain("For a list of commands: steppe help");
        return FAILED;
    }

    private static int execute(
            String name, Command command, List<String> rest, Terminal terminal, Map<String, String> environment) {
        if (asksForHelp(rest, command.wordsEndFlags())) {
            Help.command(name, command, terminal);
            return 0;
        }
        try {
            List<Flag> flags = new ArrayList<>(command.flags());
            flags.addAll(command.commonFlags());
            var arguments = Arguments.parse(rest, flags, command.wordsEndFlags());
            return command.run(new Invocation(arguments, environment, terminal));
        } catch (UsageException refused) {
            terminal.complain(refused.getMessage());
            terminal.complain("For its flags and arguments: steppe " + name + " -h");
        } catch (CommandFailure failed) {
            terminal.complain(terminal.red(failed.getMessage()));
            return failed.exitCode();
        } catch (ApiException | IOException failed) {
            terminal.complain(terminal.red("Error: " + failed.getMessage()));
        } finally {
            terminal.out().flush();
            terminal.err().flush();
        }
        return FAILED;
    }

    private static boolean asksForHelp(List<String> rest, boolean wordsEndFlags) {
        for (var word : rest) {
            if (word.equals("--") || wordsEndFlags && !word.startsWith("-")) {
                return false;
            }
            if (isHelp(word)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isHelp(String word) {
        return word.equals("-h") || word.equals("-help") || word.equals("--help");
    }

    private static Terminal terminal(
            List<String> args, PrintStream out, PrintStream err, InputStream in, Map<String, String> environment) {
        return new Terminal(out, err, in, Clock.systemUTC(), Optional.empty(), Style.wanted(args, environment));
    }
}
