package dev.steppe.io.process;

import dev.steppe.io.TaskScope;
import dev.steppe.io.linux.Descriptor;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.LinuxException;
import dev.steppe.io.linux.NamespaceThread;
import dev.steppe.io.linux.ProcessNamespaces;
import dev.steppe.io.linux.PseudoTerminal;
import dev.steppe.io.linux.Signal;
import dev.steppe.io.linux.Spawn;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Starts commands beside running tasks. All that a command gets is read from the task's process itself, so tasks of an
 * earlier agent are entered like any other. Closing ends every session.
 */
final class TaskSessions implements AutoCloseable {
    private static final String SHELL = "/bin/sh";
    private static final List<String> ENVIRONMENT = List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin");
    /** What programs believe of a terminal when nobody tells them. */
    private static final String TERMINAL_KIND = "xterm";

    /** Each has a thread, a process and some descriptors. */
    private static final int SESSIONS_MAX = 256;

    private static final String ENDED = "the task has ended";

    private final NamespaceThread namespaceThread;
    private final TaskScope scope = new TaskScope("session");
    private final Set<TaskSession> sessions = ConcurrentHashMap.newKeySet();

    TaskSessions(NamespaceThread namespaceThread) {
        this.namespaceThread = namespaceThread;
    }

    /** The child's ends: what it types from, prints to and complains to, and the pipe that brings its shell's script. */
    private record Far(Descriptor input, Descriptor stdout, Descriptor stderr, Descriptor script) {}

    /** What the kernel knows of a task. */
    private record Facts(Standing standing, SortedMap<String, String> variables, Path directory) {}

    private static Facts facts(TaskProcess task) throws IOException {
        var process = Path.of("/proc/" + task.task().pid());
        try {
            return new Facts(
                    Standing.of(task.task().pid()),
                    variables(process.resolve("environ")),
                    Files.readSymbolicLink(process.resolve("cwd")));
        } catch (NoSuchFileException gone) {
            throw new IOException(ENDED, gone);
        }
    }

    CommandSession enter(TaskProcess task, CommandSession.Wish wish, CommandSession.Output output)
            throws IOException, InterruptedException {
        if (sessions.size() >= SESSIONS_MAX) {
            throw new IOException(SESSIONS_MAX + " commands run in tasks of this node already: end one of them first");
        }
        var facts = facts(task);
        var standing = facts.standing;
        var variables = facts.variables;
        var terminal = wish.terminal().isPresent() ? Optional.of(terminal(task)) : Optional.<PseudoTerminal>empty();
        var opened = new ArrayList<Descriptor>();
        try {
            if (terminal.isPresent()) {
                terminal.get().giveTo(standing.user(), standing.group());
                terminal.get().resize(wish.terminal().orElseThrow());
                variables.putIfAbsent("TERM", TERMINAL_KIND);
            }
            var script = pipe(opened);
            long pid;
            TaskSession.Ends ends;
            if (terminal.isPresent()) {
                var slave = high(terminal.get().slave(), opened);
                ends = new TaskSession.Ends(
                        terminal.get().master(), terminal.get().master(), Optional.empty(), terminal);
                pid = spawn(task, standing, wish, new Far(slave, slave, slave, script.source()));
            } else {
                var input = pipe(opened);
                var printed = pipe(opened);
                var complained = pipe(opened);
                ends = new TaskSession.Ends(
                        input.sink(), printed.source(), Optional.of(complained.source()), Optional.empty());
                pid = spawn(
                        task,
                        standing,
                        wish,
                        new Far(input.source(), printed.sink(), complained.sink(), script.source()));
            }
            opened.removeAll(ends.all());
            return begin(task, pid, ends, script.sink(), script(wish, facts), output);
        } catch (IOException | InterruptedException | RuntimeException failed) {
            terminal.ifPresent(PseudoTerminal::close);
            throw failed;
        } finally {
            opened.forEach(Descriptor::close);
            terminal.ifPresent(it -> it.slave().close());
        }
    }

    /** From the task's own terminals, so that it has a name there. */
    private PseudoTerminal terminal(TaskProcess task) throws IOException, InterruptedException {
        try (var namespaces = namespaces(task)) {
            return namespaceThread.call(NamespaceThread.Entry.none(), () -> {
                namespaces.enter();
                return PseudoTerminal.open();
            });
        }
    }

    /** Looks at the task after its namespaces were opened: they are this task's and not those of a stranger with its pid. */
    private static ProcessNamespaces namespaces(TaskProcess task) throws IOException {
        var namespaces = ProcessNamespaces.of(task.task().pid());
        if (!task.task().isAlive()) {
            namespaces.close();
            throw new IOException(ENDED);
        }
        return namespaces;
    }

    private long spawn(TaskProcess task, Standing standing, CommandSession.Wish wish, Far far)
            throws IOException, InterruptedException {
        var words = new ArrayList<String>();
        if (LinuxCalls.isRoot()) {
            words.addAll(standing.fromRoot());
        }
        words.addAll(List.of(SHELL, "-s"));
        words.addAll(wish.command());
        try (var namespaces = namespaces(task)) {
            return namespaceThread.call(NamespaceThread.Entry.none(), () -> {
                namespaces.enter();
                if (standing.filtered()) {
                    LinuxCalls.filterSystemCalls(
                            SystemCallFilter.bytes(Processor.current().orElseThrow(), standing.capabilities()));
                }
                return Spawn.start(words, ENVIRONMENT, List.of(far.script(), far.stdout(), far.stderr(), far.input()));
            });
        }
    }

    /** The shell waits for its script; it gets it once the process is where it belongs. */
    private CommandSession begin(
            TaskProcess task,
            long pid,
            TaskSession.Ends ends,
            Descriptor sink,
            String script,
            CommandSession.Output output)
            throws IOException {
        try {
            for (Path directory : task.cgroup().directories()) {
                Files.writeString(Cgroups.joinFile(directory), Long.toString(pid));
            }
            Files.write(Path.of("/proc/self/fd/" + sink.number()), script.getBytes(StandardCharsets.UTF_8));
            var child = new TaskSession.Child(pid, LinuxCalls.openProcess(pid), LinuxCalls.wakeUp());
            var session = new TaskSession(ends, child, output);
            sessions.add(session);
            session.start(scope, () -> sessions.remove(session));
            return session;
        } catch (IOException | RuntimeException failed) {
            LinuxCalls.signal(pid, Signal.SIGKILL);
            LinuxCalls.awaitChild(pid);
            ends.all().forEach(Descriptor::close);
            throw failed;
        }
    }

    private static String script(CommandSession.Wish wish, Facts facts) {
        var script = new StringBuilder(1024);
        script.append("umask ").append(facts.standing.umask()).append('\n');
        script.append("cd -- ").append(quote(facts.directory.toString())).append(" 2>/dev/null || cd /\n");
        script.append("unset PATH PWD OLDPWD SHLVL\n");
        facts.variables.forEach((name, value) -> script.append("export ")
                .append(name)
                .append('=')
                .append(quote(value))
                .append('\n'));
        // Opening a terminal makes it the one of the session, which this shell leads.
        script.append(
                wish.terminal().isPresent()
                        ? "exec \"$@\" 0<>/proc/self/fd/3 1>&0 2>&0 3>&-\n"
                        : "exec \"$@\" <&3 3<&-\n");
        return script.toString();
    }

    private static String quote(String value) {
        if (value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a text for a shell contains a NUL byte");
        }
        return "'" + value.replace("'", "'\\''") + "'";
    }

    /** The environment the task's program was started with; names that a shell cannot export are left out. */
    private static SortedMap<String, String> variables(Path environment) throws IOException {
        var variables = new TreeMap<String, String>();
        var text = Files.readString(environment, StandardCharsets.ISO_8859_1);
        for (String line : text.split("\0", -1)) {
            int equals = line.indexOf('=');
            if (equals > 0 && line.substring(0, equals).matches("[A-Za-z_][A-Za-z0-9_]*")) {
                var value = line.substring(equals + 1).getBytes(StandardCharsets.ISO_8859_1);
                variables.put(line.substring(0, equals), new String(value, StandardCharsets.UTF_8));
            }
        }
        return variables;
    }

    private static LinuxCalls.Pipe pipe(List<Descriptor> opened) throws LinuxException {
        try (var low = LinuxCalls.pipe()) {
            return new LinuxCalls.Pipe(high(low.source(), opened), high(low.sink(), opened));
        }
    }

    private static Descriptor high(Descriptor low, List<Descriptor> opened) throws LinuxException {
        var high = LinuxCalls.duplicateHigh(low);
        opened.add(high);
        return high;
    }

    @Override
    public void close() {
        sessions.forEach(TaskSession::close);
        scope.close();
    }
}
