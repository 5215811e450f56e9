package dev.steppe.api.dns;

import dev.steppe.io.TaskScope;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The machine's own resolvers, as its resolver configuration names them, without the addresses at which this agent
 * listens itself. Read again now and then on a virtual thread; asking never blocks.
 */
final class Upstreams {
    private static final System.Logger LOG = System.getLogger(Upstreams.class.getName());
    private static final int PORT = 53;

    private final Path configuration;
    private final DnsLimits limits;
    private final TaskScope scope;
    private final Set<InetSocketAddress> own = ConcurrentHashMap.newKeySet();
    private volatile List<InetSocketAddress> known;
    private volatile long readAtNanos;

    Upstreams(Path configuration, DnsLimits limits, TaskScope scope) {
        this.configuration = configuration;
        this.limits = limits;
        this.scope = scope;
        this.known = read();
        this.readAtNanos = System.nanoTime();
    }

    /** This agent listens here: never forward to it. */
    void exclude(InetSocketAddress address) {
        own.add(address);
    }

    /** The resolvers to try, in order. */
    List<InetSocketAddress> list() {
        long now = System.nanoTime();
        if (now - readAtNanos > limits.upstreamsReread().toNanos() && !scope.isClosed()) {
            readAtNanos = now;
            scope.startVirtual("read-resolvers", () -> known = read());
        }
        return known.stream()
                .filter(address -> !own.contains(address))
                .limit(limits.upstreamsMax())
                .toList();
    }

    private List<InetSocketAddress> read() {
        var found = new ArrayList<InetSocketAddress>();
        try {
            for (var line : Files.readAllLines(configuration)) {
                var words = line.strip().split("\\s+");
                if (words.length >= 2 && words[0].equals("nameserver")) {
                    parse(words[1], found);
                }
            }
        } catch (IOException unreadable) {
            LOG.log(Level.DEBUG, "no resolver configuration path=" + configuration);
        }
        return List.copyOf(found);
    }

    /** An address, with a port behind a hash sign where it is not 53 (a form of ours, for tests and odd set-ups). */
    private static void parse(String text, List<InetSocketAddress> found) {
        int hash = text.indexOf('#');
        var address = NetUtil.createInetAddressFromIpAddressString(hash < 0 ? text : text.substring(0, hash));
        if (address == null) {
            LOG.log(Level.WARNING, "resolver is not an address nameserver=" + text);
            return;
        }
        try {
            int port = hash < 0 ? PORT : Integer.parseInt(text.substring(hash + 1));
            found.add(new InetSocketAddress(address, port));
        } catch (IllegalArgumentException notAPort) {
            LOG.log(Level.WARNING, "resolver has no valid port nameserver=" + text);
        }
    }
}
