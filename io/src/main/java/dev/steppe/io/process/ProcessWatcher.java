package dev.steppe.io.process;

import dev.steppe.io.TaskScope;
import dev.steppe.io.linux.Descriptor;
import dev.steppe.io.linux.Errno;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.LinuxException;
import dev.steppe.io.linux.ProcessIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tells when processes end, children of this agent or not: one thread polls a descriptor per process. Callbacks run on
 * virtual threads. Processes on kernels without such descriptors are looked at several times a second.
 */
final class ProcessWatcher implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ProcessWatcher.class.getName());
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);
    private static final Duration FOREVER = Duration.ofHours(1);

    private final TaskScope scope = new TaskScope("process-watcher");
    private final ConcurrentLinkedQueue<Watched> arrivals = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final Descriptor wakeUp;

    ProcessWatcher() throws LinuxException {
        wakeUp = LinuxCalls.wakeUp();
        scope.startPlatform("poll", this::run);
    }

    private record Watched(ProcessIdentity process, Optional<Descriptor> descriptor, Runnable then) {}

    /** Runs the action once when the process has ended, at once when it already has. */
    void watch(ProcessIdentity process, Runnable then) throws IOException {
        Optional<Descriptor> descriptor = Optional.empty();
        try {
            descriptor = Optional.of(LinuxCalls.openProcess(process.pid()));
        } catch (LinuxException refused) {
            if (refused.errno() != Errno.ENOSYS && refused.errno() != Errno.ESRCH) {
                throw refused;
            }
        }
        // Looked at after opening: what was opened is this process and no later one with the same pid.
        if (!process.isAlive()) {
            descriptor.ifPresent(Descriptor::close);
            end(process, then);
            return;
        }
        arrivals.add(new Watched(process, descriptor, then));
        LinuxCalls.raise(wakeUp);
    }

    private void end(ProcessIdentity process, Runnable then) {
        if (!closing.get()) {
            scope.startVirtual(Long.toString(process.pid()), () -> {
                LinuxCalls.reap(process.pid());
                then.run();
            });
        }
    }

    private void run() {
        var watched = new ArrayList<Watched>();
        try {
            while (!closing.get()) {
                for (Watched next = arrivals.poll(); next != null; next = arrivals.poll()) {
                    watched.add(next);
                }
                round(watched);
            }
        } catch (IOException broken) {
            LOG.log(Level.ERROR, "watching processes failed", broken);
            throw new UncheckedIOException(broken);
        } finally {
            watched.forEach(each -> each.descriptor().ifPresent(Descriptor::close));
            wakeUp.close();
        }
    }

    private void round(List<Watched> watched) throws IOException {
        boolean looking = watched.stream().anyMatch(each -> each.descriptor().isEmpty());
        var numbers = new int[watched.size() + 1];
        numbers[0] = wakeUp.number();
        for (int index = 0; index < watched.size(); index++) {
            // The kernel skips negative numbers.
            numbers[index + 1] =
                    watched.get(index).descriptor().map(Descriptor::number).orElse(-1);
        }
        var ready = LinuxCalls.waitReadable(numbers, looking ? LOOK_EVERY : FOREVER);
        if (ready[0]) {
            LinuxCalls.reset(wakeUp);
        }
        for (int index = watched.size() - 1; index >= 0; index--) {
            var each = watched.get(index);
            if (ready[index + 1]
                    || (each.descriptor().isEmpty() && !each.process().isAlive())) {
                watched.remove(index);
                each.descriptor().ifPresent(Descriptor::close);
                end(each.process(), each.then());
            }
        }
    }

    @Override
    public void close() {
        if (closing.compareAndSet(false, true)) {
            try {
                LinuxCalls.raise(wakeUp);
            } catch (LinuxException gone) {
                LOG.log(Level.DEBUG, "watcher had ended", gone);
            }
            scope.close();
        }
    }
}
