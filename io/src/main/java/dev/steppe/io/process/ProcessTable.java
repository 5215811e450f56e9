package dev.steppe.io.process;

import dev.steppe.io.linux.ProcessIdentity;
import dev.steppe.io.linux.ProcessIdentity.ProcessStat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Looks through /proc for what belongs to a task that has no control group. */
final class ProcessTable {
    // The kernel reports times in hundredths of a second on every architecture Java runs on.
    private static final Duration TICK = Duration.ofMillis(10);
    private static final long PAGE_BYTES = 4096;
    private static final int USER_TICKS_FIELD = 11;
    private static final int RESIDENT_PAGES_FIELD = 21;

    private ProcessTable() {}

    /** Processes of the reaper's session and descendants of the task, without the reaper and without zombies. */
    static List<Long> members(TaskProcess process) throws IOException {
        if (!process.reaper().bootId().equals(ProcessIdentity.currentBootId())) {
            return List.of();
        }
        // A session keeps its number from being used as a pid again, so only a stranger with that pid ends our claim.
        var holder = ProcessStat.read(process.reaper().pid());
        boolean sessionIsOurs = holder.isEmpty()
                || holder.get().startTicks() == process.reaper().startTicks();
        boolean taskIsOurs = process.task().isAlive();
        var all = all();
        var members = new TreeSet<Long>();
        for (ProcessStat stat : all) {
            boolean isReaper = stat.pid() == process.reaper().pid();
            if ((taskIsOurs && stat.pid() == process.task().pid())
                    || (sessionIsOurs
                            && !isReaper
                            && stat.session() == process.reaper().pid())) {
                members.add(stat.pid());
            }
        }
        for (boolean grown = true; grown; ) {
            grown = false;
            for (ProcessStat stat : all) {
                if (members.contains(stat.parent()) && members.add(stat.pid())) {
                    grown = true;
                }
            }
        }
        return List.copyOf(members);
    }

    /** The running processes of the session that this process leads or led; it must not have been collected yet. */
    static List<Long> session(long leader) throws IOException {
        return all().stream()
                .filter(stat -> stat.session() == leader)
                .map(ProcessStat::pid)
                .toList();
    }

    /** Adds up what the processes used. */
    static ProcessUsage usage(List<Long> pids) throws IOException {
        var cpu = Duration.ZERO;
        long memoryBytes = 0;
        for (long pid : pids) {
            try {
                var line = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
                var fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
                long ticks = Long.parseLong(fields[USER_TICKS_FIELD]) + Long.parseLong(fields[USER_TICKS_FIELD + 1]);
                cpu = cpu.plus(TICK.multipliedBy(ticks));
                memoryBytes += Long.parseLong(fields[RESIDENT_PAGES_FIELD]) * PAGE_BYTES;
            } catch (NoSuchFileException ended) {
                continue;
            }
        }
        return new ProcessUsage(cpu, memoryBytes, memoryBytes, pids.size(), memoryBytes, 0, 0, Duration.ZERO);
    }

    private static List<ProcessStat> all() throws IOException {
        var found = new ArrayList<ProcessStat>();
        try (var entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path entry : entries) {
                ProcessStat.read(Long.parseLong(entry.getFileName().toString()))
                        .filter(stat -> stat.state() != 'Z')
                        .ifPresent(found::add);
            }
        }
        return found;
    }
}
