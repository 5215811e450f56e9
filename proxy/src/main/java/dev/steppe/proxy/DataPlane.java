package dev.steppe.proxy;

import dev.steppe.mesh.configuration.ProxyConfiguration;
import dev.steppe.mesh.configuration.ProxyReport;
import dev.steppe.mesh.configuration.ProxyReport.InboundCounters;
import dev.steppe.mesh.configuration.ProxyReport.UpstreamCounters;
import dev.steppe.mesh.configuration.Sidecar;
import dev.steppe.mesh.configuration.TrustBundle;
import dev.steppe.proxy.identity.PeerVerifier;
import dev.steppe.proxy.report.RefusalLog;
import dev.steppe.proxy.sockets.EventLoops;
import dev.steppe.proxy.sockets.SocketSource;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All listeners of a node. A new configuration is applied as the difference to the present one: what did not change is not
 * touched. Not safe for use from several threads: one thread owns the configuration, event loops own the connections.
 */
public final class DataPlane implements AutoCloseable {
    private final Limits limits;
    private final InstantSource clock;
    private final SocketSource sockets;
    private final EventLoops loops;
    private final RefusalLog refusals;
    private final Instant startedAt;
    private final Map<String, ServedSidecar> sidecars = new LinkedHashMap<>();
    private Optional<DataPlaneContext> context = Optional.empty();
    private Optional<TrustBundle> trust = Optional.empty();
    private List<String> problems = List.of();
    private long version;

    public DataPlane(Limits limits, SocketSource sockets, EventLoops loops, InstantSource clock) {
        this.limits = limits;
        this.clock = clock;
        this.sockets = sockets;
        this.loops = loops;
        this.refusals = new RefusalLog(clock, limits.refusals());
        this.startedAt = clock.instant();
    }

    /** Serves this configuration from now on. Returns what could not be done; applying it again tries that again. */
    public List<String> apply(ProxyConfiguration configuration) {
        var failures = new ArrayList<String>();
        try {
            DataPlaneContext shared = trusting(configuration.trust());
            var wanted = new LinkedHashMap<String, Sidecar>();
            configuration.sidecars().forEach(sidecar -> wanted.put(sidecar.key(), sidecar));
            removeOthers(wanted);
            wanted.forEach((key, sidecar) -> applySidecar(shared, sidecar, failures));
            if (failures.isEmpty()) {
                sockets.sweep();
            }
        } catch (CertificateException unusable) {
            failures.add("the roots of " + configuration.trust().trustDomain() + " are unusable: "
                    + unusable.getMessage() + "; nothing was changed");
        }
        version = configuration.version();
        problems = List.copyOf(failures);
        return problems;
    }

    private DataPlaneContext trusting(TrustBundle bundle) throws CertificateException {
        if (context.isEmpty()) {
            context = Optional.of(
                    new DataPlaneContext(limits, loops, sockets, new PeerVerifier(bundle, clock), refusals));
        } else if (!trust.equals(Optional.of(bundle))) {
            context.get().verifier().replace(bundle);
        }
        trust = Optional.of(bundle);
        return context.get();
    }

    private void removeOthers(Map<String, Sidecar> wanted) {
        for (String key : List.copyOf(sidecars.keySet())) {
            var next = wanted.get(key);
            var served = sidecars.get(key);
            if (served != null && (next == null || !served.canBecome(next))) {
                served.close();
                sidecars.remove(key);
            }
        }
    }

    private void applySidecar(DataPlaneContext shared, Sidecar sidecar, List<String> failures) {
        try {
            var served = sidecars.get(sidecar.key());
            if (served == null) {
                served = new ServedSidecar(shared, sidecar);
                sidecars.put(sidecar.key(), served);
            }
            failures.addAll(served.apply(sidecar));
        } catch (IOException unusable) {
            failures.add(sidecar.key() + ": " + unusable.getMessage());
        }
    }

    public ProxyReport report() {
        var inbounds = new ArrayList<InboundCounters>();
        var upstreams = new ArrayList<UpstreamCounters>();
        sidecars.values().forEach(sidecar -> sidecar.report(inbounds, upstreams));
        return new ProxyReport(version, startedAt, problems, inbounds, upstreams, refusals.list());
    }

    /** Accepts nothing more; calls go on until they end. The listening sockets stay with the broker. */
    public void drain() {
        sidecars.values().forEach(ServedSidecar::drain);
    }

    /** Calls that run now. */
    public int active() {
        return sidecars.values().stream().mapToInt(ServedSidecar::active).sum();
    }

    /** Ends everything, the event loops and the socket source included. */
    @Override
    public void close() {
        sidecars.values().forEach(ServedSidecar::drain);
        sidecars.clear();
        loops.close();
        sockets.close();
    }
}
