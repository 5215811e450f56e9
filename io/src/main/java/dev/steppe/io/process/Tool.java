package dev.steppe.io.process;

import dev.steppe.io.linux.Descriptor;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.LinuxException;
import dev.steppe.io.linux.NamespaceThread;
import dev.steppe.io.linux.Signal;
import dev.steppe.io.linux.Spawn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Runs short programs of the machine, such as {@code ip}, to their end and inside namespaces. Blocking, callable from any
 * thread; a program that takes longer than the deadline is killed.
 */
public final class Tool {
    private static final List<String> PLACES = List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin");
    private static final List<String> ENVIRONMENT = List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C");
    private static final int SIGNALLED = 128;
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private Tool() {}

    /** How a program ended and what it printed. */
    public record Result(int status, String output, String errors) {
        /** It did not end by itself: it took too long, or the machine was out of memory. */
        public boolean isKilled() {
            return status > SIGNALLED;
        }
    }

    /** Where the program is, looked for in the usual directories and not in a user's path. */
    public static Optional<Path> find(String name) {
        return PLACES.stream()
                .map(place -> Path.of(place, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Runs the program with the input; the first word is its name. The status is for the caller to judge. */
    public static Result run(NamespaceThread thread, NamespaceThread.Entry entry, List<String> command, String input)
            throws IOException, InterruptedException {
        var program = find(command.getFirst())
                .orElseThrow(
                        () -> new IOException(command.getFirst() + " is not installed (looked in " + PLACES + ")"));
        var words = new ArrayList<String>();
        words.add(program.toString());
        words.addAll(command.subList(1, command.size()));
        return thread.call(entry, () -> runHere(words, ENVIRONMENT, input));
    }

    /** The same for a program by its path, with words in its environment beside the usual ones. */
    public static Result run(
            NamespaceThread thread, NamespaceThread.Entry entry, Path program, List<String> environment, String input)
            throws IOException, InterruptedException {
        var all = new ArrayList<>(ENVIRONMENT);
        all.addAll(environment);
        return thread.call(entry, () -> runHere(List.of(program.toString()), all, input));
    }

    /** Runs the program and treats any status but zero as a failure that quotes what it printed. */
    public static String require(
            NamespaceThread thread, NamespaceThread.Entry entry, List<String> command, String input)
            throws IOException, InterruptedException {
        return successful(command, run(thread, entry, command, input));
    }

    /** What a program printed that did what it should; any status but zero is a failure that quotes it. */
    public static String successful(List<String> command, Result result) throws IOException {
        if (result.isKilled()) {
            throw new IOException(String.join(" ", command) + " was ended by signal " + (result.status() - SIGNALLED)
                    + " (it may take " + DEADLINE.toSeconds() + " s): "
                    + (result.errors() + result.output()).strip());
        }
        if (result.status() != 0) {
            throw new IOException(String.join(" ", command) + " failed with status " + result.status() + ": "
                    + (result.errors() + result.output()).strip());
        }
        return result.output();
    }

    private static Result runHere(List<String> words, List<String> environment, String input) throws IOException {
        try (var stdin = high(LinuxCalls.memoryFile("input"));
                var stdout = high(LinuxCalls.memoryFile("output"));
                var stderr = high(LinuxCalls.memoryFile("errors"))) {
            Files.writeString(Path.of("/proc/self/fd/" + stdin.number()), input);
            long pid = Spawn.start(words, environment, List.of(stdin, stdout, stderr));
            try (var process = LinuxCalls.openProcess(pid)) {
                if (!LinuxCalls.waitReadable(new int[] {process.number()}, DEADLINE)[0]) {
                    LinuxCalls.signal(pid, Signal.SIGKILL);
                }
            }
            int status = LinuxCalls.awaitChild(pid);
            return new Result(status, LinuxCalls.content(stdout), LinuxCalls.content(stderr));
        }
    }

    private static Descriptor high(Descriptor low) throws LinuxException {
        try (low) {
            return LinuxCalls.duplicateHigh(low);
        }
    }
}
