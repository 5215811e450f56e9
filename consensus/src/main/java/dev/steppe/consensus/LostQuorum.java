package dev.steppe.consensus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The way out when so many members are lost for good that the rest cannot elect a leader: by an operator's word, the
 * rest are told who the members are now. To be done on each of them, with the same members, while none runs. What only
 * the lost members had is lost; what the rest have not yet acknowledged may be kept.
 */
public final class LostQuorum {
    private static final Pattern CLOSED = Pattern.compile("log_(\\d+)-(\\d+)");
    private static final Pattern OPEN = Pattern.compile("log_inprogress_(\\d+)");
    private static final Pattern SNAPSHOT = Pattern.compile("snapshot\\.(\\d+)_(\\d+)");

    private LostQuorum() {}

    /**
     * Makes these the members that the log in this directory begins with next time.
     *
     * @throws IOException if there is no log, or it cannot be read
     */
    public static void recover(Path directory, Members members) throws IOException {
        if (members.all().isEmpty()) {
            throw new IOException("a log needs at least one member, but none is named");
        }
        var group = RatisConsensus.groupDirectory(directory);
        if (EngineMembers.onDisk(group).isEmpty()) {
            throw new IOException("there is no log in " + directory + " whose members could be replaced");
        }
        TornTail.mend(group);
        EngineMembers.write(group, members, lastEntryIndex(group) + 1);
    }

    /** The last entry in the log or in a snapshot; -1 when there is none. */
    static long lastEntryIndex(Path group) throws IOException {
        long last = -1;
        for (var folder : new String[] {"current", "sm"}) {
            var path = group.resolve(folder);
            if (!Files.isDirectory(path)) {
                continue;
            }
            try (var files = Files.newDirectoryStream(path)) {
                for (var file : files) {
                    last = Math.max(last, lastEntryIndexIn(file));
                }
            }
        }
        return last;
    }

    private static long lastEntryIndexIn(Path file) throws IOException {
        var name = file.getFileName().toString();
        Matcher closed = CLOSED.matcher(name);
        if (closed.matches()) {
            return Long.parseLong(closed.group(2));
        }
        Matcher open = OPEN.matcher(name);
        if (open.matches()) {
            return Long.parseLong(open.group(1)) + TornTail.wholeRecords(file) - 1;
        }
        Matcher snapshot = SNAPSHOT.matcher(name);
        return snapshot.matches() ? Long.parseLong(snapshot.group(2)) : -1;
    }
}
