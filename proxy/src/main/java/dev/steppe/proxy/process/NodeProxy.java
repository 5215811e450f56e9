package dev.steppe.proxy.process;

import dev.steppe.io.TaskScope;
import dev.steppe.io.linux.Descriptor;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.LinuxException;
import dev.steppe.io.linux.ProcessIdentity;
import dev.steppe.io.linux.Signal;
import dev.steppe.mesh.configuration.ConfigurationCodec;
import dev.steppe.mesh.configuration.ProxyConfiguration;
import dev.steppe.mesh.configuration.ProxyReport;
import dev.steppe.proxy.control.ControlClient;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The proxy of this node, as its agent sees it. The processes outlive the agent: {@link #start} adopts those that run, and
 * {@link #close} leaves them running; {@link #stop} ends them. While it is open, a process that ends is started again. All
 * methods block for file and process work; safe for use from any thread.
 */
public final class NodeProxy implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(NodeProxy.class.getName());
    private static final Duration START_DEADLINE = Duration.ofSeconds(60);
    private static final Duration STOP_GRACE = Duration.ofSeconds(3);
    private static final Duration RESTART_PAUSE = Duration.ofMillis(500);
    private static final Duration WATCH = Duration.ofMinutes(5);
    /** How long calls may go on through a proxy that another one has followed. */
    private static final Duration LAST_CALLS = Duration.ofMinutes(10);

    private static final Duration POLL = Duration.ofMillis(5);

    private final NodeProxySettings settings;
    private final ProxyLauncher launcher;
    private final TaskScope scope = new TaskScope("proxy");
    private final ReentrantLock lock = new ReentrantLock();
    private final Descriptor wake;
    private ProcessRecord processes;
    private List<ProcessIdentity> draining = List.of();
    private boolean closed;

    private NodeProxy(NodeProxySettings settings, ProxyLauncher launcher) throws IOException {
        this.settings = settings;
        this.launcher = launcher;
        this.processes = ProcessRecord.read(settings.record());
        this.wake = LinuxCalls.wakeUp();
    }

    /** Adopts the processes that run, starts those that do not, and answers when the proxy does. */
    public static NodeProxy start(NodeProxySettings settings) throws IOException {
        var launcher = new ProxyLauncher(settings);
        launcher.prepareDirectories();
        var proxy = new NodeProxy(settings, launcher);
        proxy.lock.lock();
        try {
            proxy.ensureRunning();
        } catch (IOException failed) {
            proxy.wake.close();
            throw failed;
        } finally {
            proxy.lock.unlock();
        }
        proxy.scope.startPlatform("supervisor", proxy::supervise);
        return proxy;
    }

    /**
     * Makes this the configuration: on disk, then in the running proxy. Returns what the proxy could not do yet (it goes on
     * trying). An IOException means that the proxy does not answer; it will read the file when it starts again.
     */
    public List<String> apply(ProxyConfiguration configuration) throws IOException {
        write(settings.configurationFile(), ConfigurationCodec.encode(configuration));
        return control().apply();
    }

    /** Counters and refusals since the proxy started. */
    public ProxyReport report() throws IOException {
        return control().report();
    }

    /** True when the proxy that ran before this agent was adopted or the present one runs. */
    public boolean isRunning() throws IOException {
        var proxy = record().proxy();
        return proxy.isPresent() && proxy.get().isAlive();
    }

    /** The process that serves now. */
    public Optional<ProcessIdentity> proxyProcess() {
        return record().proxy();
    }

    /** The broker's process, where there is one. */
    public Optional<ProcessIdentity> brokerProcess() {
        return record().broker();
    }

    /**
     * Starts a new proxy, which takes the listening sockets over, and lets the old one end with its last call, at the latest
     * after the grace. Without a broker new connections are refused for the moment between.
     */
    public void upgrade(Duration grace) throws IOException {
        lock.lock();
        try {
            var before = control();
            var old = processes.proxy();
            if (settings.namespaces().isEmpty()) {
                before.drain(grace);
                startProxy();
            } else {
                startProxy();
                before.drain(grace);
            }
            var all = new ArrayList<>(draining);
            old.ifPresent(all::add);
            draining = List.copyOf(all);
        } finally {
            lock.unlock();
        }
        LinuxCalls.raise(wake);
    }

    /** Ends proxy and broker and removes their files; connections break. */
    public void stop() throws IOException {
        close();
        lock.lock();
        try {
            var all = new ArrayList<>(draining);
            processes.proxy().ifPresent(all::add);
            processes.broker().ifPresent(all::add);
            end(all);
            launcher.removeDirectories();
        } finally {
            lock.unlock();
        }
    }

    /** Ends what an earlier agent left running with these settings and removes its files; nothing is started for that. */
    public static void stopLeftOver(NodeProxySettings settings) throws IOException {
        var left = ProcessRecord.read(settings.record());
        var all = new ArrayList<ProcessIdentity>();
        left.proxy().ifPresent(all::add);
        left.broker().ifPresent(all::add);
        end(all);
        new ProxyLauncher(settings).removeDirectories();
    }

    /** Leaves the processes running for the next agent. Idempotent. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
        } finally {
            lock.unlock();
        }
        try {
            LinuxCalls.raise(wake);
        } catch (LinuxException impossible) {
            LOG.log(Level.DEBUG, "supervisor not woken", impossible);
        }
        scope.close();
        wake.close();
    }

    private ProcessRecord record() {
        lock.lock();
        try {
            return processes;
        } finally {
            lock.unlock();
        }
    }

    private ControlClient control() {
        return new ControlClient(settings.controlSocket(record().generation()));
    }

    private void ensureRunning() throws IOException {
        if (settings.namespaces().isPresent() && processes.broker().isEmpty() && isAlive(processes.proxy())) {
            retire();
        }
        if (settings.namespaces().isPresent() && !isAlive(processes.broker())) {
            var broker = launcher.startBroker();
            processes = processes.withBroker(broker);
            processes.write(settings.record());
            await("the socket broker", broker, launcher::askBroker);
        }
        if (isAlive(processes.proxy())) {
            // whoever started it may not have lived, or not have waited, until it answered
            awaitProxy();
        } else {
            startProxy();
        }
    }

    /** A proxy from when there were no namespaces opens its sockets itself, and none in namespaces: another follows it. */
    private void retire() throws IOException {
        var old = processes.proxy().orElseThrow();
        try {
            control().drain(LAST_CALLS);
            var all = new ArrayList<>(draining);
            all.add(old);
            draining = List.copyOf(all);
        } catch (IOException silent) {
            LOG.log(Level.WARNING, "proxy ended since it does not answer pid=" + old.pid() + " reason=" + silent);
            end(List.of(old));
        }
        processes = processes.withoutProxy();
        processes.write(settings.record());
    }

    private void startProxy() throws IOException {
        int generation = processes.generation() + 1;
        processes = processes.withProxy(launcher.startProxy(generation), generation);
        processes.write(settings.record());
        awaitProxy();
    }

    private void awaitProxy() throws IOException {
        var client = new ControlClient(settings.controlSocket(processes.generation()));
        await("the proxy", processes.proxy().orElseThrow(), client::report);
    }

    private static boolean isAlive(Optional<ProcessIdentity> process) throws IOException {
        return process.isPresent() && process.get().isAlive();
    }

    /** Waits until the process answers; its log says why when it does not. */
    private void await(String what, ProcessIdentity process, Answering answering) throws IOException {
        long deadline = System.nanoTime() + START_DEADLINE.toNanos();
        while (true) {
            try {
                answering.ask();
                return;
            } catch (IOException notYet) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    LinuxCalls.reap(process.pid());
                    throw new IOException(
                            what + " (pid " + process.pid() + ") does not come up, see the logs in "
                                    + settings.directory(),
                            notYet);
                }
            }
            if (waitForEnd(process, POLL)) {
                LOG.log(Level.DEBUG, "process ended while it was awaited pid={0}", process.pid());
            }
        }
    }

    /** True when the process has ended; waits for that at most so long. */
    private static boolean waitForEnd(ProcessIdentity process, Duration most) throws IOException {
        if (!process.isAlive()) {
            return true;
        }
        try (var handle = LinuxCalls.openProcess(process.pid())) {
            return LinuxCalls.waitReadable(new int[] {handle.number()}, most)[0];
        } catch (LinuxException gone) {
            return !process.isAlive();
        }
    }

    /** Runs until closed: waits for the end of a process, then starts what is missing. */
    private void supervise() {
        while (true) {
            try {
                awaitAnEnd();
                lock.lockInterruptibly();
                try {
                    if (closed) {
                        return;
                    }
                    forgetDrained();
                    if (!isAlive(processes.proxy())
                            || settings.namespaces().isPresent() && !isAlive(processes.broker())) {
                        LOG.log(Level.WARNING, "proxy process ended, starting again");
                        ensureRunning();
                    }
                } finally {
                    lock.unlock();
                }
            } catch (IOException failed) {
                LOG.log(Level.ERROR, "proxy not restarted, trying again reason={0}", failed.getMessage());
                pause();
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void pause() {
        try {
            LinuxCalls.waitReadable(new int[] {wake.number()}, RESTART_PAUSE);
        } catch (LinuxException impossible) {
            LOG.log(Level.DEBUG, "no pause", impossible);
        }
    }

    private void awaitAnEnd() throws LinuxException {
        var watched = new ArrayList<ProcessIdentity>();
        lock.lock();
        try {
            watched.addAll(draining);
            processes.proxy().ifPresent(watched::add);
            processes.broker().ifPresent(watched::add);
        } finally {
            lock.unlock();
        }
        var handles = new ArrayList<Descriptor>();
        try {
            for (ProcessIdentity process : watched) {
                handles.add(LinuxCalls.openProcess(process.pid()));
            }
            var numbers = new ArrayList<Integer>(List.of(wake.number()));
            handles.forEach(handle -> numbers.add(handle.number()));
            boolean[] ready = LinuxCalls.waitReadable(
                    numbers.stream().mapToInt(Integer::intValue).toArray(), WATCH);
            if (ready[0]) {
                LinuxCalls.reset(wake);
            }
            watched.forEach(process -> LinuxCalls.reap(process.pid()));
        } catch (LinuxException gone) {
            LOG.log(Level.DEBUG, "a watched process is gone reason={0}", gone.getMessage());
        } finally {
            handles.forEach(Descriptor::close);
        }
    }

    private void forgetDrained() throws IOException {
        var left = new ArrayList<ProcessIdentity>();
        for (ProcessIdentity process : draining) {
            if (process.isAlive()) {
                left.add(process);
            }
        }
        draining = List.copyOf(left);
    }

    private static void end(List<ProcessIdentity> all) throws IOException {
        for (Signal signal : List.of(Signal.SIGTERM, Signal.SIGKILL)) {
            for (ProcessIdentity process : all) {
                if (process.isAlive()) {
                    LinuxCalls.signal(process.pid(), signal);
                }
            }
            long deadline = System.nanoTime() + STOP_GRACE.toNanos();
            for (ProcessIdentity process : all) {
                waitForEnd(process, Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
            }
        }
        all.forEach(process -> LinuxCalls.reap(process.pid()));
    }

    /** Private keys are inside: nobody but the proxy's user may ever read it, not even for a moment. */
    private void write(Path file, byte[] bytes) throws IOException {
        Path next = Files.createTempFile(
                file.getParent(),
                "configuration",
                ".next",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            try (var channel = FileChannel.open(next, Set.of(StandardOpenOption.WRITE))) {
                var buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            if (settings.user().isPresent()) {
                Files.setAttribute(next, "unix:uid", settings.user().get().uid());
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(next);
        }
    }

    /** Asks a process whether it is ready. */
    @FunctionalInterface
    private interface Answering {
        void ask() throws IOException;
    }
}
