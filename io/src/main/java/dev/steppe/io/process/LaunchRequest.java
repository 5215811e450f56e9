package dev.steppe.io.process;

import dev.steppe.io.linux.Account;
import dev.steppe.io.linux.NamespaceThread;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What to start and how to confine it. The command's first word is an absolute path; the environment is exactly what
 * the task sees; user, control group and namespaces are left out when the agent is not root.
 */
public record LaunchRequest(
        List<String> command,
        SortedMap<String, String> environment,
        Path workingDirectory,
        Path stateDirectory,
        Output output,
        Confinement confinement) {

    public LaunchRequest {
        command = List.copyOf(command);
        environment = new TreeMap<>(environment);
        if (command.isEmpty() || !command.getFirst().startsWith("/")) {
            throw new IllegalArgumentException("the command must begin with an absolute path: " + command);
        }
        for (String name : environment.keySet()) {
            if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
                throw new IllegalArgumentException("not a name of an environment variable: " + name);
            }
        }
    }

    /** Files that the task's output is appended to; made when absent, never followed through symbolic links. */
    public record Output(Path stdout, Path stderr) {}

    /**
     * The borders of the task: its user with further groups, its control group, network and files of its own, and, when it
     * is isolated, its own view of the machine.
     */
    public record Confinement(
            Optional<Account> user,
            Set<Integer> groups,
            Optional<TaskCgroup> cgroup,
            NamespaceThread.Entry namespaces,
            Optional<Isolation> isolation) {
        public Confinement {
            groups = Set.copyOf(groups);
        }

        /** Without isolation and further groups. */
        public Confinement(Optional<Account> user, Optional<TaskCgroup> cgroup, NamespaceThread.Entry namespaces) {
            this(user, Set.of(), cgroup, namespaces, Optional.empty());
        }

        /** No borders: as the agent itself. */
        public static Confinement none() {
            return new Confinement(Optional.empty(), Optional.empty(), NamespaceThread.Entry.none());
        }
    }
}
