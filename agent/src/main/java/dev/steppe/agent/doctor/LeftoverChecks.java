package dev.steppe.agent.doctor;

import dev.steppe.client.network.NetworkChecks;
import dev.steppe.io.process.CgroupPlaces;
import dev.steppe.io.process.Cgroups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What an agent that ended without cleaning up left: namespaces, interfaces, rules, control groups, mounts. */
final class LeftoverChecks {
    private static final String GROUP = "steppe-[0-9a-f]+";
    private static final String CABLE = "st[0-9a-f]{12}";
    private static final String SECRETS = "steppe-secrets";

    private LeftoverChecks() {}

    /** What was found: processes that live on, and things without life. */
    private record Left(
            List<String> living, List<Path> groups, List<String> interfaces, List<String> tables, List<String> mounts) {
        boolean networks() {
            return !interfaces.isEmpty() || !tables.isEmpty();
        }

        String text() {
            var parts = new ArrayList<String>();
            groups.forEach(group -> parts.add("control group " + group));
            interfaces.forEach(name -> parts.add("interface " + name));
            parts.addAll(tables);
            mounts.forEach(mount -> parts.add("mount " + mount));
            int more = parts.size() - 6;
            return String.join(", ", parts.subList(0, Math.min(parts.size(), 6)))
                    + (more > 0 ? " and " + more + " more" : "");
        }
    }

    static Finding leftovers(Examination examination) throws IOException, InterruptedException {
        var why = "an agent takes over what lives and removes the rest when it starts with the same data directory;"
                + " without it, this takes memory, ports and addresses";
        var processes = new Processes(examination).all();
        var agents = processes.stream().filter(Processes.Process::isAgent).toList();
        if (!agents.isEmpty()) {
            return Finding.ok(
                    "leftovers", "an agent runs, " + agents.getFirst() + ": what there is belongs to it", why);
        }
        var left = look(examination, processes);
        if (!left.living().isEmpty()) {
            return Finding.warning(
                    "leftovers",
                    "no agent runs, but processes of one live: " + String.join(", ", left.living()),
                    why,
                    "start the agent again with the data directory it had (steppe agent -dev); Ctrl-C then ends all of"
                            + " it. When no agent shall follow: steppe agent cleanup -force, with its options");
        }
        return left.text().isEmpty()
                ? Finding.ok("leftovers", "none", why)
                : Finding.warning("leftovers", left.text(), why, "steppe doctor --fix")
                        .repairable();
    }

    /** Removes what has no life in it; processes are left to the agent that takes them over. */
    static List<String> remove(Examination examination) throws IOException, InterruptedException {
        var processes = new Processes(examination).all();
        var left = look(examination, processes);
        if (processes.stream().anyMatch(Processes.Process::isAgent)
                || !left.living().isEmpty()) {
            return List.of();
        }
        var done = new ArrayList<String>();
        for (String mount : left.mounts().reversed()) {
            examination.machine().unmount(mount);
            done.add("unmounted " + mount);
        }
        for (Path group : left.groups()) {
            removeGroup(group);
            done.add("removed the control group " + group);
        }
        if (left.networks() && examination.isBridging()) {
            examination.machine().removeNetworks(examination.network());
            done.add("removed " + examination.bridge() + ", what was plugged into it, and its rules");
        }
        return done;
    }

    private static void removeGroup(Path group) throws IOException {
        try (var children = Files.newDirectoryStream(group, Files::isDirectory)) {
            for (Path child : children) {
                removeGroup(child);
            }
        }
        Files.delete(group);
    }

    private static Left look(Examination examination, List<Processes.Process> processes)
            throws IOException, InterruptedException {
        var living = new ArrayList<String>();
        var groups = new ArrayList<Path>();
        processes.stream().filter(Processes.Process::isProxy).forEach(proxy -> living.add("proxy, " + proxy));
        for (Path group : agentGroups(examination)) {
            var members = members(examination, group);
            if (members.isEmpty()) {
                groups.add(examination.machine().at(group.toString()));
            } else if (!living.contains("pids " + members)) {
                living.add("pids " + members);
            }
        }
        return new Left(living, groups, interfaces(examination), tables(examination), mounts(examination));
    }

    private static List<Path> agentGroups(Examination examination) throws IOException, InterruptedException {
        var found = new ArrayList<Path>();
        for (Path root :
                Cgroups.from(examination.lines("/proc/self/mounts"), "steppe").roots()) {
            addAgentGroups(examination, root, found);
        }
        return found;
    }

    /** An agent that systemd started has its groups below a unit for tasks, the others at the root. */
    private static void addAgentGroups(Examination examination, Path directory, List<Path> found)
            throws IOException, InterruptedException {
        for (String name : examination.names(directory.toString())) {
            if (name.matches(GROUP)) {
                found.add(directory.resolve(name));
            } else if (CgroupPlaces.mayHold(name)) {
                addAgentGroups(examination, directory.resolve(name), found);
            }
        }
    }

    private static List<String> members(Examination examination, Path group) throws IOException, InterruptedException {
        var pids =
                new ArrayList<>(examination.lines(group.resolve("cgroup.procs").toString()));
        for (String child : examination.names(group.toString())) {
            if (Files.isDirectory(examination.machine().at(group.resolve(child).toString()))) {
                pids.addAll(members(examination, group.resolve(child)));
            }
        }
        return pids.stream().distinct().sorted().toList();
    }

    private static List<String> interfaces(Examination examination) throws IOException, InterruptedException {
        return NetworkChecks.interfaceNames(examination.output("ip", "-o", "link", "show")).stream()
                .filter(name -> name.equals(examination.bridge()) || name.matches(CABLE))
                .toList();
    }

    private static List<String> tables(Examination examination) throws IOException, InterruptedException {
        if (!examination.isRoot()) {
            return List.of();
        }
        var found = new ArrayList<String>();
        var name = "table ip " + examination.bridge();
        if (examination
                .output("nft", "list", "tables")
                .lines()
                .anyMatch(line -> line.trim().equals(name))) {
            found.add("nftables " + name);
        }
        if (examination.output("iptables", "--wait", "-S").contains("steppe-" + examination.bridge())) {
            found.add("exceptions in iptables");
        }
        return found;
    }

    private static List<String> mounts(Examination examination) throws IOException, InterruptedException {
        var run = examination.options().runDirectory().resolve("netns").toString();
        var found = new ArrayList<String>();
        for (String line : examination.lines("/proc/self/mounts")) {
            var fields = line.split(" ", -1);
            if (fields.length > 2
                    && (fields[0].equals(SECRETS) || Path.of(fields[1]).startsWith(run))) {
                found.add(fields[1].replace("\\040", " "));
            }
        }
        return found;
    }
}
