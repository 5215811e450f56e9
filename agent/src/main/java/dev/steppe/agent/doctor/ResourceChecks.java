package dev.steppe.agent.doctor;

import dev.steppe.io.process.Cgroups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** What tasks and the proxy need of the machine: descriptors, control groups, a place for data. */
final class ResourceChecks {
    /** Measured: listeners, namespace and files of an allocation in the mesh take five; each open call takes two at each end. */
    private static final long DESCRIPTORS_FOR_ALLOCATION = 5 + 2 * 2 * 16;
    /** Jars, log segments, server connections. */
    private static final long DESCRIPTORS_OF_AGENT = 1_000;

    private static final long ALLOCATIONS_WISHED = 100;
    private static final long ALLOCATIONS_NEEDED = 5;
    private static final long MEBIBYTE = 1 << 20;
    private static final long FREE_WISHED = 1_024 * MEBIBYTE;
    private static final long FREE_NEEDED = 100 * MEBIBYTE;
    private static final List<String> LIMITING = List.of("cpu", "memory", "pids");

    private ResourceChecks() {}

    static Finding descriptors(Examination examination) throws IOException, InterruptedException {
        var why = "each allocation in the mesh takes 5 descriptors of the proxy, and each open call 2 at each end;"
                + " when they are used up, new connections wait";
        var remedy =
                "ulimit -Hn 65536 in the shell that starts the agent (as root), or LimitNOFILE=65536 in its systemd"
                        + " unit";
        for (String line : examination.lines("/proc/self/limits")) {
            if (line.startsWith("Max open files")) {
                var words = line.substring("Max open files".length()).trim().split("\\s+");
                long hard = words[1].equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(words[1]);
                long room = Math.max(0, (hard - DESCRIPTORS_OF_AGENT) / DESCRIPTORS_FOR_ALLOCATION);
                var found = words[1].equals("unlimited")
                        ? "no limit"
                        : "hard limit " + hard + " (the soft one, " + words[0] + ", is raised to it): about " + room
                                + " allocations with 16 open calls each";
                if (room < ALLOCATIONS_NEEDED) {
                    return Finding.problem("open files", found, why, remedy);
                }
                return room < ALLOCATIONS_WISHED
                        ? Finding.warning("open files", found, why, remedy)
                        : Finding.ok("open files", found, why);
            }
        }
        return Finding.ok("open files", "the limit is not known", why);
    }

    static Finding controlGroups(Examination examination) throws IOException, InterruptedException {
        var why = "they limit cpu, memory and the number of processes of a task and end all of its processes together;"
                + " without them a task is limited by nothing, and its children may outlive it";
        var cgroups = Cgroups.from(examination.lines("/proc/self/mounts"), "steppe");
        var usable = new TreeSet<String>();
        cgroups.version1().forEach((controller, mount) -> {
            if (LIMITING.contains(controller)
                    && Files.isWritable(examination.machine().at(mount.toString()))) {
                usable.add(controller);
            }
        });
        if (cgroups.version2().isPresent() && cgroups.version() == 2) {
            usable.addAll(version2(examination, cgroups.version2().get()));
        }
        var missing = LIMITING.stream().filter(name -> !usable.contains(name)).toList();
        if (cgroups.version() == 0) {
            return Finding.warning(
                    "control groups",
                    "none are mounted",
                    why,
                    "mount -t cgroup2 none /sys/fs/cgroup (systemd does so)");
        }
        var found = "version " + cgroups.version() + ", writable: "
                + (usable.isEmpty() ? "none" : String.join(", ", usable));
        if (missing.isEmpty()) {
            return Finding.ok("control groups", found, why);
        }
        return Finding.warning(
                "control groups",
                found + "; not writable or not there: " + String.join(", ", missing),
                why,
                examination.isRoot()
                        ? "give them to this machine: in a container, start it with --privileged --cgroupns=private; on a"
                                + " host, add cgroup_enable=memory to the kernel's command line"
                        : "run the agent as root");
    }

    private static List<String> version2(Examination examination, Path mount) throws IOException, InterruptedException {
        var control = mount.resolve("cgroup.subtree_control").toString();
        if (!Files.isWritable(examination.machine().at(control))) {
            return List.of();
        }
        var available = List.of(
                examination.text(mount.resolve("cgroup.controllers").toString()).split(" "));
        return LIMITING.stream().filter(available::contains).toList();
    }

    static Finding dataDirectory(Examination examination) throws IOException, InterruptedException {
        var directory = examination.options().dataDirectory();
        var why =
                "state, the logs of tasks and the files of allocations are there; tasks under another user have to get"
                        + " through to them";
        var elsewhere = "choose another place: steppe agent -dev -data-dir=/var/lib/steppe/dev";
        var existing = existing(examination, directory);
        if (!Files.isWritable(examination.machine().at(existing.toString()))) {
            return Finding.problem("data directory", existing + " cannot be written to", why, elsewhere);
        }
        var closed = examination.isRoot() ? closed(examination, directory) : Optional.<Path>empty();
        if (closed.isPresent()) {
            return Finding.problem(
                    "data directory",
                    directory + " is behind " + closed.get() + ", which lets only its owner through",
                    why,
                    "chmod o+x " + closed.get() + ", or " + elsewhere);
        }
        boolean madeClosed = examination.isRoot() && !existing.equals(directory) && umaskHides(examination);
        if (madeClosed) {
            return Finding.warning(
                    "data directory",
                    directory + " will be made with this shell's umask, which lets only its owner through",
                    why,
                    "umask 022 before starting the agent");
        }
        return storage(examination, directory, existing, why, elsewhere);
    }

    private static Finding storage(Examination examination, Path directory, Path existing, String why, String elsewhere)
            throws IOException, InterruptedException {
        long free = examination.machine().freeBytes(existing.toString());
        var options = mountOptions(examination, existing);
        var found = directory + ", " + free / MEBIBYTE + " MiB free";
        if (free < FREE_NEEDED) {
            return Finding.problem("data directory", found, why, "free disk space, or " + elsewhere);
        }
        if (options.contains("noexec")) {
            return Finding.warning(
                    "data directory",
                    found + ", mounted noexec",
                    why + "; programs that a task brings along cannot be started from a noexec mount",
                    elsewhere);
        }
        if (free < FREE_WISHED) {
            return Finding.warning("data directory", found, why, "free disk space, or " + elsewhere);
        }
        return Finding.ok("data directory", found + (options.contains("nosuid") ? ", mounted nosuid" : ""), why);
    }

    /** The directory itself or the nearest one above that exists. */
    private static Path existing(Examination examination, Path directory) {
        var candidate = directory;
        while (!Files.isDirectory(examination.machine().at(candidate.toString()))) {
            var above = candidate.getParent();
            if (above == null) {
                return Path.of("/");
            }
            candidate = above;
        }
        return candidate;
    }

    private static Optional<Path> closed(Examination examination, Path directory) throws IOException {
        var reached = Path.of("/");
        for (Path name : directory) {
            reached = reached.resolve(name);
            var file = examination.machine().at(reached.toString());
            if (!Files.isDirectory(file)) {
                return Optional.empty();
            }
            if (((Integer) Files.getAttribute(file, "unix:mode") & 1) == 0) {
                return Optional.of(reached);
            }
        }
        return Optional.empty();
    }

    private static boolean umaskHides(Examination examination) throws IOException, InterruptedException {
        for (String line : examination.lines("/proc/self/status")) {
            if (line.startsWith("Umask:")) {
                return (Integer.parseInt(line.substring("Umask:".length()).trim(), 8) & 1) != 0;
            }
        }
        return false;
    }

    /** The options of the file system that the directory is on. */
    private static List<String> mountOptions(Examination examination, Path directory)
            throws IOException, InterruptedException {
        var longest = Path.of("/");
        var options = new ArrayList<String>();
        for (String line : examination.lines("/proc/self/mounts")) {
            var fields = line.split(" ", -1);
            if (fields.length > 3) {
                var mount = Path.of(fields[1].replace("\\040", " "));
                if (directory.startsWith(mount) && mount.getNameCount() >= longest.getNameCount()) {
                    longest = mount;
                    options.clear();
                    options.addAll(List.of(fields[3].split(",")));
                }
            }
        }
        return options;
    }
}
