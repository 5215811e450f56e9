package dev.steppe.io.process;

import dev.steppe.io.linux.Capability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** With which rights a process runs, as the kernel tells it, so that what is started beside it gets these and no more. */
record Standing(
        int user,
        int group,
        List<String> groups,
        long boundingCapabilities,
        long ambientCapabilities,
        boolean noNewPrivileges,
        boolean filtered,
        String umask) {
    private static final int EFFECTIVE = 1;
    private static final List<Path> SETPRIV = List.of(Path.of("/usr/bin/setpriv"), Path.of("/bin/setpriv"));

    static Standing of(long pid) throws IOException {
        var lines = lines(Path.of("/proc/" + pid + "/status"));
        return new Standing(
                Integer.parseInt(words(lines, "Uid").get(EFFECTIVE)),
                Integer.parseInt(words(lines, "Gid").get(EFFECTIVE)),
                words(lines, "Groups"),
                Long.parseUnsignedLong(words(lines, "CapBnd").getFirst(), 16),
                Long.parseUnsignedLong(words(lines, "CapAmb").getFirst(), 16),
                words(lines, "NoNewPrivs").equals(List.of("1")),
                words(lines, "Seccomp").equals(List.of("2")),
                words(lines, "Umask").stream().findFirst().orElse("0022"));
    }

    private static SortedMap<String, String> lines(Path status) throws IOException {
        var lines = new TreeMap<String, String>();
        for (String line : Files.readAllLines(status)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                lines.put(line.substring(0, colon), line.substring(colon + 1).trim());
            }
        }
        return lines;
    }

    private static List<String> words(SortedMap<String, String> lines, String key) {
        return Arrays.stream(lines.getOrDefault(key, "").split("\\s+", -1))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /** The capabilities it can have at all. */
    Set<Capability> capabilities() {
        var capabilities = EnumSet.noneOf(Capability.class);
        for (Capability each : Capability.values()) {
            if ((boundingCapabilities & (1L << each.number())) != 0) {
                capabilities.add(each);
            }
        }
        return capabilities;
    }

    /** The words that make root become this, to be put before a command. */
    List<String> fromRoot() {
        var words = new ArrayList<String>();
        words.add(setpriv().toString());
        words.add("--reuid=" + user);
        words.add("--regid=" + group);
        words.add(groups.isEmpty() ? "--clear-groups" : "--groups=" + String.join(",", groups));
        if (noNewPrivileges) {
            words.add("--no-new-privs");
        }
        words.add("--inh-caps=" + capabilities(ambientCapabilities));
        words.add("--ambient-caps=" + capabilities(ambientCapabilities));
        words.add("--bounding-set=" + capabilities(boundingCapabilities));
        words.add("--");
        return words;
    }

    private static Path setpriv() {
        return SETPRIV.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException(
                                "setpriv is missing: install the package util-linux, it drops the privileges of commands in tasks"));
    }

    private static String capabilities(long set) {
        var words = new StringBuilder("-all");
        for (int number = 0; number < Long.SIZE; number++) {
            if ((set & (1L << number)) != 0) {
                words.append(",+cap_").append(number);
            }
        }
        return words.toString();
    }
}
