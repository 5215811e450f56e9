package dev.steppe.agent.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The processes of a machine as /proc tells them. */
record Processes(Examination examination) {
    /** A process with the words it was started with. */
    record Process(String pid, List<String> words) {
        boolean isAgent() {
            int main = words.indexOf("dev.steppe.agent.Main");
            return main >= 0 && words.subList(main, words.size()).contains("agent");
        }

        boolean isProxy() {
            return words.stream().anyMatch(word -> word.startsWith("dev.steppe.proxy."));
        }

        @Override
        public String toString() {
            var program = words.getFirst();
            return program.substring(program.lastIndexOf('/') + 1) + " (pid " + pid + ")";
        }
    }

    List<Process> all() throws IOException, InterruptedException {
        var found = new ArrayList<Process>();
        for (String name : examination.names("/proc")) {
            if (name.matches("\\d+")) {
                find(name).ifPresent(found::add);
            }
        }
        return found;
    }

    private Optional<Process> find(String pid) throws IOException, InterruptedException {
        var words = Files.exists(examination.machine().at("/proc/" + pid + "/cmdline"))
                ? examination.text("/proc/" + pid + "/cmdline")
                : "";
        return words.isEmpty() ? Optional.empty() : Optional.of(new Process(pid, List.of(words.split("\0"))));
    }

    /** Who has the socket open; empty when nobody whose descriptors may be read. */
    Optional<Process> owner(String inode) throws IOException, InterruptedException {
        for (String pid : examination.names("/proc")) {
            if (!pid.matches("\\d+")) {
                continue;
            }
            var descriptors = "/proc/" + pid + "/fd";
            for (String descriptor : examination.names(descriptors)) {
                if (isSocket(descriptors + "/" + descriptor, inode)) {
                    return find(pid);
                }
            }
        }
        return Optional.empty();
    }

    private boolean isSocket(String file, String inode) {
        try {
            return Files.readSymbolicLink(examination.machine().at(file))
                    .toString()
                    .equals("socket:[" + inode + "]");
        } catch (IOException gone) {
            return false;
        }
    }
}
