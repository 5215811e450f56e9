package dev.steppe.client.driver;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/** Finds the program a task names: in its own directory first, then on the machine. */
final class ProgramPath {
    private static final String MACHINE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private ProgramPath() {}

    /** The absolute path of the program; the refusal lists every place that was looked at. */
    static Path find(String command, TaskContext task) throws DriverException {
        var candidates = candidates(
                command, List.of(task.directories().local(), task.directories().task()), task.environment());
        for (Path candidate : candidates) {
            if (Files.isRegularFile(candidate)) {
                if (Files.isExecutable(candidate)) {
                    return candidate;
                }
                throw DriverException.refused(candidate + " is not executable: set its mode to 0755");
            }
        }
        throw DriverException.refused("command \"" + command + "\" was not found in "
                + String.join(", ", candidates.stream().map(Path::toString).toList()));
    }

    /** Where the program may be: below the given directories, then on the path. */
    static List<Path> candidates(String command, List<Path> own, SortedMap<String, String> environment) {
        if (command.startsWith("/")) {
            return List.of(Path.of(command));
        }
        var candidates = new ArrayList<Path>();
        own.forEach(directory -> candidates.add(directory.resolve(command)));
        if (!command.contains("/")) {
            var path = environment.getOrDefault("PATH", MACHINE_PATH);
            for (String directory : path.split(":", -1)) {
                if (directory.startsWith("/")) {
                    candidates.add(Path.of(directory, command));
                }
            }
        }
        return candidates;
    }
}
