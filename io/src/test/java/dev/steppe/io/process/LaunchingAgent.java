package dev.steppe.io.process;

import dev.steppe.io.linux.LinuxCalls;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Stands for an agent that is killed: launches a shell task, says so and waits. */
final class LaunchingAgent {
    private LaunchingAgent() {}

    public static void main(String[] arguments) throws Exception {
        var directory = Path.of(arguments[0]);
        Optional<Cgroups> cgroups = LinuxCalls.isRoot() ? Optional.of(Cgroups.detect(arguments[1])) : Optional.empty();
        var launcher = new TaskLauncher(cgroups);
        var request = new LaunchRequest(
                List.of("/bin/sh", "-c", arguments[2]),
                new TreeMap<>(),
                Path.of("/"),
                directory.resolve("state"),
                new LaunchRequest.Output(directory.resolve("stdout"), directory.resolve("stderr")),
                LaunchRequest.Confinement.none());
        System.out.println("launched " + launcher.launch(request).task().text());
        Thread.currentThread().join();
    }
}
