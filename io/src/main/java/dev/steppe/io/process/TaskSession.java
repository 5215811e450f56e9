package dev.steppe.io.process;

import dev.steppe.io.TaskScope;
import dev.steppe.io.linux.Descriptor;
import dev.steppe.io.linux.Errno;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.LinuxException;
import dev.steppe.io.linux.Polling;
import dev.steppe.io.linux.PseudoTerminal;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One command beside a task whose process is our child: one platform thread moves its bytes and collects it. What the
 * command leaves in its session ends with it; what left the session stays a part of the task and ends with that.
 */
final class TaskSession implements CommandSession {
    private static final System.Logger LOG = System.getLogger(TaskSession.class.getName());
    private static final int CHUNK_BYTES = 32 * 1024;
    /** What is typed faster than the command reads waits here; beyond that the writer waits. */
    private static final int TYPED_BYTES_MAX = 256 * 1024;

    private static final Duration FOREVER = Duration.ofHours(1);
    /** The key that ends the input of a terminal (Ctrl-D). */
    private static final byte END_OF_INPUT = 4;

    private final Ends ends;
    private final Child child;
    private final Output output;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<byte[]> typed = new ArrayDeque<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private int firstOffset;
    private long typedBytes;
    private boolean inputEnds;
    private boolean closing;
    private boolean released;
    private boolean endedByItself;
    private volatile End end = new End.Broken("it is not over");

    /** Our ends of the command's descriptors; a terminal has one for everything. */
    record Ends(Descriptor input, Descriptor stdout, Optional<Descriptor> stderr, Optional<PseudoTerminal> terminal) {
        boolean isTerminal() {
            return terminal.isPresent();
        }

        List<Descriptor> all() {
            var all = new ArrayList<Descriptor>();
            terminal.ifPresentOrElse(it -> all.add(it.master()), () -> all.add(input));
            if (!isTerminal()) {
                all.add(stdout);
            }
            stderr.ifPresent(all::add);
            return all;
        }
    }

    /** The command's first process, which leads a session of its own, and a descriptor that tells its end. */
    record Child(long pid, Descriptor end, Descriptor wakeUp) {}

    TaskSession(Ends ends, Child child, Output output) {
        this.ends = ends;
        this.child = child;
        this.output = output;
    }

    /** Begins to move bytes; from now on the ends and the child are this session's to close and to collect. */
    void start(TaskScope scope, Runnable then) throws LinuxException {
        for (var end : ends.all()) {
            Polling.doNotBlock(end);
        }
        scope.startPlatform("command-" + child.pid(), () -> {
            try {
                run();
            } finally {
                then.run();
            }
        });
    }

    private void run() {
        Optional<String> failure = Optional.empty();
        try {
            move();
        } catch (InterruptedException stopping) {
            failure = Optional.of("the agent stops");
        } catch (IOException broken) {
            failure = Optional.of(String.valueOf(broken.getMessage()));
        } finally {
            finish(failure);
        }
    }

    private void move() throws IOException, InterruptedException {
        boolean stdoutOpen = true;
        boolean stderrOpen = ends.stderr().isPresent();
        while (!isClosing()) {
            var waiting = new ArrayList<Polling.Interest>();
            waiting.add(new Polling.Interest(child.end(), Polling.Event.READABLE));
            waiting.add(new Polling.Interest(child.wakeUp(), Polling.Event.READABLE));
            if (stdoutOpen) {
                waiting.add(new Polling.Interest(ends.stdout(), Polling.Event.READABLE));
            }
            if (stderrOpen) {
                waiting.add(new Polling.Interest(ends.stderr().orElseThrow(), Polling.Event.READABLE));
            }
            if (hasTyped()) {
                waiting.add(new Polling.Interest(ends.input(), Polling.Event.WRITABLE));
            }
            var happened = Polling.await(waiting, FOREVER);
            if (happened[1]) {
                LinuxCalls.reset(child.wakeUp());
            }
            pass();
            boolean ended = happened[0];
            stdoutOpen = stdoutOpen && forward(ends.stdout(), false, ended);
            stderrOpen = stderrOpen && forward(ends.stderr().orElseThrow(), true, ended);
            if (ended) {
                endedByItself = true;
                return;
            }
        }
    }

    /** Hands over what is there; after the command's end all of it. False when no more can come. */
    private boolean forward(Descriptor from, boolean isError, boolean all) throws IOException, InterruptedException {
        do {
            var bytes = Polling.read(from, CHUNK_BYTES);
            if (bytes.isEmpty()) {
                return true;
            }
            if (bytes.get().length == 0) {
                return false;
            }
            if (isError) {
                output.stderr(bytes.get());
            } else {
                output.stdout(bytes.get());
            }
        } while (all && !isClosing());
        return true;
    }

    private boolean isClosing() {
        lock.lock();
        try {
            return closing;
        } finally {
            lock.unlock();
        }
    }

    private boolean hasTyped() {
        lock.lock();
        try {
            return !released && (!typed.isEmpty() || inputEnds);
        } finally {
            lock.unlock();
        }
    }

    /** Moves what was typed into the command, as much as it takes now. */
    private void pass() throws IOException {
        lock.lock();
        try {
            while (!released && !typed.isEmpty()) {
                var first = typed.getFirst();
                int count = Polling.write(ends.input(), first, firstOffset);
                if (count == 0) {
                    return;
                }
                firstOffset += count;
                typedBytes -= count;
                if (firstOffset == first.length) {
                    typed.removeFirst();
                    firstOffset = 0;
                }
                changed.signalAll();
            }
            if (inputEnds && !released && !ends.isTerminal()) {
                releaseInput();
            }
        } catch (LinuxException refused) {
            if (refused.errno() != Errno.EPIPE && refused.errno() != Errno.EIO) {
                throw refused;
            }
            // The command does not read any more, as "head" does; that is no failure.
            releaseInput();
        } finally {
            lock.unlock();
        }
    }

    private void releaseInput() {
        released = true;
        typed.clear();
        typedBytes = 0;
        if (!ends.isTerminal()) {
            ends.input().close();
        }
        changed.signalAll();
    }

    @Override
    public void write(byte[] bytes) throws IOException, InterruptedException {
        if (bytes.length == 0) {
            return;
        }
        lock.lockInterruptibly();
        try {
            while (typedBytes > TYPED_BYTES_MAX && !released && !closing) {
                changed.await();
            }
            if (!released && !closing && !inputEnds) {
                typed.add(bytes.clone());
                typedBytes += bytes.length;
                LinuxCalls.raise(child.wakeUp());
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void endInput() throws IOException, InterruptedException {
        if (ends.isTerminal()) {
            write(new byte[] {END_OF_INPUT});
            return;
        }
        lock.lock();
        try {
            inputEnds = true;
            if (!closing) {
                LinuxCalls.raise(child.wakeUp());
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void resize(PseudoTerminal.Size size) throws IOException {
        lock.lock();
        try {
            if (ends.isTerminal() && !closing) {
                ends.terminal().orElseThrow().resize(size);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<End> awaitEnd(Duration atMost) throws InterruptedException {
        return over.await(atMost.toNanos(), TimeUnit.NANOSECONDS) ? Optional.of(end) : Optional.empty();
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (!closing) {
                closing = true;
                changed.signalAll();
                LinuxCalls.raise(child.wakeUp());
            }
        } catch (LinuxException impossible) {
            throw new IllegalStateException(impossible);
        } finally {
            lock.unlock();
        }
    }

    /** Ends what is left of the command's session, collects the command, lets go of everything. */
    private void finish(Optional<String> failure) {
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            var session = new ProcessSession(child.pid());
            if (endedByItself) {
                // What it left behind on purpose (nohup) may stay.
                session.hangUp();
            } else {
                session.end();
            }
            int code = LinuxCalls.awaitChild(child.pid());
            end = failure.<End>map(End.Broken::new).orElse(new End.Exited(code));
        } catch (IOException failed) {
            end = new End.Broken(String.valueOf(failed.getMessage()));
            LOG.log(Level.WARNING, "a command in a task cannot be collected pid=" + child.pid(), failed);
        }
        lock.lock();
        try {
            ends.terminal().ifPresent(PseudoTerminal::close);
            ends.all().forEach(Descriptor::close);
            child.end().close();
            child.wakeUp().close();
        } finally {
            lock.unlock();
        }
        over.countDown();
        try {
            output.ended(end);
        } catch (IOException | InterruptedException nobodyListens) {
            LOG.log(Level.DEBUG, "nobody learns of the end of a command pid=" + child.pid());
        }
    }
}
