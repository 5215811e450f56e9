package dev.steppe.agent.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Looks whether anything of the demonstration is left on the machine. */
final class Leftovers {
    private Leftovers() {}

    /** Says that nothing is left, or fails naming what is. */
    static String none(Path directory) throws IOException {
        var left = new ArrayList<String>();
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            if (line.contains(directory.toString())) {
                left.add("mount " + line.split(" ", 6)[4]);
            }
        }
        ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(process -> process.info()
                        .arguments()
                        .map(arguments -> List.of(arguments).stream().anyMatch(it -> it.contains(directory.toString())))
                        .orElse(false))
                .forEach(process -> left.add("process " + process.pid()));
        if (Files.exists(Path.of("/sys/class/net", AgentProcess.BRIDGE))) {
            left.add("interface " + AgentProcess.BRIDGE);
        }
        if (!left.isEmpty()) {
            throw new IOException("left behind: " + left);
        }
        return "no process, no mount, no interface";
    }
}
