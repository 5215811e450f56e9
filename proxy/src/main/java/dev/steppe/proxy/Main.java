package dev.steppe.proxy;

import dev.steppe.io.Loop;
import dev.steppe.io.ThreadLoop;
import dev.steppe.mesh.configuration.ConfigurationCodec;
import dev.steppe.mesh.configuration.ProxyConfiguration;
import dev.steppe.mesh.configuration.ReportCodec;
import dev.steppe.proxy.broker.BrokerSockets;
import dev.steppe.proxy.control.ControlServer;
import dev.steppe.proxy.sockets.EventLoops;
import dev.steppe.proxy.sockets.OwnSockets;
import dev.steppe.proxy.sockets.SocketSource;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The proxy's process. It serves its configuration file from the start, whether an agent runs or not, and learns through its
 * control socket that the file changed. Everything but connections belongs to one loop.
 */
public final class Main {
    private static final System.Logger LOG = System.getLogger(Main.class.getName());
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration DRAIN_CHECK = Duration.ofMillis(100);

    private final Path file;
    private final Loop loop;
    private final DataPlane plane;
    private Optional<ProxyConfiguration> current = Optional.empty();

    private Main(Path file, Loop loop, DataPlane plane) {
        this.file = file;
        this.loop = loop;
        this.plane = plane;
    }

    /** Arguments: the configuration file, the control socket, and the broker's socket where there is a broker. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length < 2 || arguments.length > 3) {
            throw new IllegalArgumentException("usage: Main CONFIGURATION CONTROL-SOCKET [BROKER-SOCKET]");
        }
        var limits = Limits.defaults();
        SocketSource sockets = arguments.length == 3 ? new BrokerSockets(Path.of(arguments[2])) : new OwnSockets();
        var loops = new EventLoops(limits);
        var loop = new ThreadLoop("proxy");
        var main = new Main(Path.of(arguments[0]), loop, new DataPlane(limits, sockets, loops, InstantSource.system()));
        loop.execute(main::start);
        new ControlServer(Path.of(arguments[1]), loops.group(), loops.epoll(), loop, main.new Actions());
        LOG.log(Level.INFO, "proxy ready control={0}", arguments[1]);
        loops.group().terminationFuture().awaitUninterruptibly();
    }

    private void start() {
        try {
            applyFile();
        } catch (NoSuchFileException none) {
            LOG.log(Level.INFO, "proxy has no configuration yet file={0}", file);
        } catch (IOException | IllegalArgumentException unusable) {
            LOG.log(Level.ERROR, "proxy configuration unusable file={0} reason={1}", file, unusable.getMessage());
        }
    }

    private List<String> applyFile() throws IOException {
        var configuration = ConfigurationCodec.decode(Files.readAllBytes(file));
        current = Optional.of(configuration);
        return apply(configuration);
    }

    private List<String> apply(ProxyConfiguration configuration) {
        List<String> problems = plane.apply(configuration);
        LOG.log(
                Level.INFO,
                "proxy configuration applied version={0} sidecars={1} problems={2}",
                configuration.version(),
                configuration.sidecars().size(),
                problems);
        if (!problems.isEmpty()) {
            loop.after(RETRY, () -> current.filter(configuration::equals).ifPresent(this::apply));
        }
        return problems;
    }

    private void endWhenIdle(long deadlineNanos) {
        if (plane.active() == 0 || System.nanoTime() - deadlineNanos >= 0) {
            LOG.log(Level.INFO, "proxy drained calls={0}", plane.active());
            System.exit(0);
        }
        loop.after(DRAIN_CHECK, () -> endWhenIdle(deadlineNanos));
    }

    /** What the control socket asks, on the loop. */
    private final class Actions implements ControlServer.Actions {
        @Override
        public List<String> apply() throws IOException {
            return applyFile();
        }

        @Override
        public byte[] report() {
            return ReportCodec.encode(plane.report());
        }

        @Override
        public void drain(long millisMax) {
            current = Optional.empty();
            plane.drain();
            long deadline = System.nanoTime() + Duration.ofMillis(millisMax).toNanos();
            loop.after(DRAIN_CHECK, () -> endWhenIdle(deadline));
        }
    }
}
