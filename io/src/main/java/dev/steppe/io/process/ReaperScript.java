package dev.steppe.io.process;

import dev.steppe.io.linux.Account;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The shell texts of a launch. The reaper runs as the agent's user, keeps no secret and has a clean environment; the
 * task's environment reaches the last shell, which already runs as the task's user, through a memory file, so that it is
 * in no command line and cannot load code (LD_PRELOAD) into anything privileged.
 *
 * <p>Descriptors: 0 nothing, 1 the task's stdout, 2 reports to the agent, 3 the task's stderr, 4 the last shell's script.
 */
final class ReaperScript {
    static final String STARTED = "started";
    static final int FAILED_BEFORE_TASK = 125;

    private static final Path SHELL = Path.of("/bin/sh");
    private static final List<Path> SETPRIV = List.of(Path.of("/usr/bin/setpriv"), Path.of("/bin/setpriv"));

    // The task is in the foreground because a background child ignores SIGINT and SIGQUIT. Signals go to the whole
    // process group, so the reaper ignores them by traps (which, unlike ignored signals, no child inherits). Its own
    // stderr is closed: the shell writes "Killed" there, and a dead agent at the other end must not end the reaper.
    private static final String REAPER = """
            trap : 1 2 3 5 6 10 12 13 14 15 16 20 21 22 23 24 25 26 27 28 29 30 31
            umask 077
            exec 5>&2
            state=$1; shift
            while [ "$1" != -- ]; do echo 0 >"$1" || exit 125; shift; done; shift
            exec 2>/dev/null
            read -r line </proc/self/stat && echo "$line" >"$state/reaper" || exit 125
            (
              exec 2>&5
              while [ "$1" != -- ]; do echo 0 >"$1" || exit 125; shift; done; shift
              read -r line </proc/self/stat && echo "$line" >"$state/task" || exit 125
              umask 022
              exec "$@" <&4
            )
            echo $? >"$state/exit"
            """;

    private ReaperScript() {}

    /** The command of the reaper; all of it may be seen by other users of the machine. */
    static List<String> command(LaunchRequest request, List<Path> reaperCgroups) {
        var words = new ArrayList<>(List.of(SHELL.toString(), "-c", REAPER, "steppe-reaper"));
        words.add(request.stateDirectory().toString());
        reaperCgroups.forEach(directory -> words.add(Cgroups.joinFile(directory).toString()));
        words.add("--");
        request.confinement()
                .cgroup()
                .ifPresent(cgroup -> cgroup.directories()
                        .forEach(directory ->
                                words.add(Cgroups.joinFile(directory).toString())));
        words.add("--");
        request.confinement().user().ifPresent(user -> words.addAll(becomeUser(user)));
        words.addAll(List.of(SHELL.toString(), "-s"));
        words.addAll(request.command());
        return words;
    }

    /** The script of the last shell, with the environment in it. */
    static String lastShell(LaunchRequest request) {
        var script = new StringBuilder(256);
        script.append("cd -- ")
                .append(quote(request.workingDirectory().toString()))
                .append(" || exit 126\n");
        script.append("unset PATH PWD OLDPWD SHLVL\n");
        request.environment()
                .forEach((name, value) -> script.append("export ")
                        .append(name)
                        .append('=')
                        .append(quote(value))
                        .append('\n'));
        script.append("echo ").append(STARTED).append(" >&2\n");
        script.append("exec \"$@\" 2>&3 3>&- 4<&- 5>&- </dev/null\n");
        return script.toString();
    }

    /** The program that drops privileges, wherever util-linux installed it. */
    static Path setpriv() {
        return SETPRIV.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "setpriv is missing: install the package util-linux, it drops the privileges of tasks"));
    }

    private static List<String> becomeUser(Account user) {
        return List.of(
                setpriv().toString(),
                "--reuid=" + user.uid(),
                "--regid=" + user.gid(),
                user.isNamed() ? "--init-groups" : "--clear-groups",
                "--no-new-privs",
                "--inh-caps=-all",
                "--ambient-caps=-all",
                "--bounding-set=-all",
                "--");
    }

    static String quote(String value) {
        if (value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a value for a task's environment contains a NUL byte");
        }
        return "'" + value.replace("'", "'\\''") + "'";
    }
}
