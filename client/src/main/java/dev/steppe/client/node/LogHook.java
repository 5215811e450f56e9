package dev.steppe.client.node;

import dev.steppe.client.allocation.TaskHook;
import dev.steppe.client.allocation.TaskSite;
import dev.steppe.client.log.LogPump;
import dev.steppe.client.log.RotatedLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** Keeps a task's output in numbered files, as its job's {@code logs} block says. */
public final class LogHook implements TaskHook {
    private static final long MEGABYTE = 1 << 20;

    private final LogPump pump;
    private final Predicate<String> repeats;
    private final ConcurrentHashMap<Path, RotatedLog> logs = new ConcurrentHashMap<>();

    /** {@code repeats} tells by name whether a driver may cut a task's output and write the same again. */
    public LogHook(LogPump pump, Predicate<String> repeats) {
        this.pump = pump;
        this.repeats = repeats;
    }

    @Override
    public String name() {
        return "logs";
    }

    @Override
    public Prepared prepare(TaskSite site) throws Failure {
        follow(site);
        return Prepared.eachTime();
    }

    @Override
    public void running(TaskSite site) throws Failure {
        follow(site);
    }

    private void follow(TaskSite site) throws Failure {
        each(site, RotatedLog::open);
        for (Path spool : spools(site)) {
            pump.follow(spool.toString(), log(site, spool));
        }
    }

    @Override
    public void ended(TaskSite site) throws Failure {
        each(site, RotatedLog::drain);
    }

    @Override
    public void release(TaskSite site) throws Failure {
        for (Path spool : spools(site)) {
            pump.leave(spool.toString());
        }
        each(site, RotatedLog::finish);
        spools(site).forEach(logs::remove);
    }

    private interface Step {
        void of(RotatedLog log) throws IOException;
    }

    private void each(TaskSite site, Step step) throws Failure {
        for (Path spool : spools(site)) {
            try {
                step.of(log(site, spool));
            } catch (IOException disk) {
                throw new Failure("Task hook failed", "output of the task: " + disk.getMessage(), true, disk);
            }
        }
    }

    private static List<Path> spools(TaskSite site) {
        var directories = site.directories();
        return site.task().logConfig().disabled() ? List.of() : List.of(directories.stdout(), directories.stderr());
    }

    private RotatedLog log(TaskSite site, Path spool) {
        return logs.computeIfAbsent(spool, key -> {
            var config = site.task().logConfig();
            var prefix = site.task().name() + "." + key.getFileName() + ".";
            return new RotatedLog(
                    new RotatedLog.Place(
                            key,
                            site.directories().shared().resolve("logs"),
                            prefix,
                            repeats.test(site.task().driver())),
                    new RotatedLog.Limits(config.maxFiles(), config.maxFileSizeMb() * MEGABYTE));
        });
    }
}
