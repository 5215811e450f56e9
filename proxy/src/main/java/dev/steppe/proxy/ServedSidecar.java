package dev.steppe.proxy;

import dev.steppe.mesh.configuration.Address;
import dev.steppe.mesh.configuration.Exposed;
import dev.steppe.mesh.configuration.Inbound;
import dev.steppe.mesh.configuration.Leaf;
import dev.steppe.mesh.configuration.NetworkNamespace;
import dev.steppe.mesh.configuration.ProxyReport.InboundCounters;
import dev.steppe.mesh.configuration.ProxyReport.UpstreamCounters;
import dev.steppe.mesh.configuration.Sidecar;
import dev.steppe.mesh.configuration.Upstream;
import dev.steppe.proxy.exposed.ExposedListener;
import dev.steppe.proxy.identity.TlsIdentity;
import dev.steppe.proxy.inbound.InboundListener;
import dev.steppe.proxy.outbound.UpstreamListener;
import dev.steppe.proxy.sockets.SocketSource.Listening;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The listeners of one sidecar. Owned by the configuration's thread. */
final class ServedSidecar {
    /** A connection reads the identity and begins its handshake within microseconds; this is plenty. */
    private static final long RELEASE_AFTER_SECONDS = 10;

    private final DataPlaneContext context;
    private final Map<Address, UpstreamListener> upstreams = new LinkedHashMap<>();
    private final Map<Address, ExposedListener> exposed = new LinkedHashMap<>();
    private Optional<InboundListener> inbound = Optional.empty();
    private Sidecar sidecar;
    private TlsIdentity identity;

    ServedSidecar(DataPlaneContext context, Sidecar sidecar) throws IOException {
        this.context = context;
        this.sidecar = sidecar;
        this.identity = new TlsIdentity(sidecar.leaf(), context.verifier());
    }

    /** True when the listeners of this sidecar can become those of the other one. */
    boolean canBecome(Sidecar next) {
        return next.namespace().equals(sidecar.namespace());
    }

    /** Makes the listeners be as configured; returns what could not be done, to be tried again. */
    List<String> apply(Sidecar next) {
        var problems = new ArrayList<String>();
        Leaf leafBefore = sidecar.leaf();
        sidecar = next;
        if (!next.leaf().equals(leafBefore)) {
            try {
                rotate();
            } catch (IOException unusable) {
                problems.add(next.key() + ": " + unusable.getMessage() + "; the former leaf stays in use");
                sidecar = new Sidecar(
                        next.allocationId(),
                        next.service(),
                        next.namespace(),
                        leafBefore,
                        next.inbound(),
                        next.upstreams(),
                        next.exposed());
            }
        }
        applyInbound(next.inbound(), problems);
        applyUpstreams(next.upstreams(), problems);
        applyExposed(next.exposed(), problems);
        return problems;
    }

    private void rotate() throws IOException {
        TlsIdentity before = identity;
        identity = new TlsIdentity(sidecar.leaf(), context.verifier());
        inbound.ifPresent(listener -> listener.rotate(identity));
        upstreams.values().forEach(listener -> listener.rotate(identity));
        releaseLater(before);
    }

    private void applyInbound(Optional<Inbound> wanted, List<String> problems) {
        if (inbound.isPresent()
                && !wanted.map(Inbound::publicAddress)
                        .equals(Optional.of(inbound.get().inbound().publicAddress()))) {
            closeInbound();
        }
        if (wanted.isPresent() && inbound.isPresent()) {
            inbound.get().update(wanted.get());
        } else if (wanted.isPresent()) {
            try {
                inbound = Optional.of(openInbound(wanted.get()));
            } catch (IOException failure) {
                problems.add("inbound of " + sidecar.key() + ": " + failure.getMessage());
            }
        }
    }

    private InboundListener openInbound(Inbound wanted) throws IOException {
        var owner = new InboundListener.Owner(sidecar.allocationId(), sidecar.service(), sidecar.namespace());
        var listening = new Listening(
                inboundKey(wanted.publicAddress()),
                new NetworkNamespace.Host(),
                wanted.publicAddress(),
                context.limits().backlog());
        return new InboundListener(
                context, owner, wanted, identity, bootstrap -> context.sockets().listen(bootstrap, listening));
    }

    private void applyUpstreams(List<Upstream> wanted, List<String> problems) {
        var binds = wanted.stream().map(Upstream::bind).toList();
        for (Address bind : List.copyOf(upstreams.keySet())) {
            if (!binds.contains(bind)) {
                closeUpstream(bind);
            }
        }
        for (Upstream upstream : wanted) {
            var existing = upstreams.get(upstream.bind());
            if (existing != null) {
                existing.update(upstream);
                continue;
            }
            try {
                upstreams.put(upstream.bind(), openUpstream(upstream));
            } catch (IOException failure) {
                problems.add(
                        "upstream " + upstream.destination() + " of " + sidecar.key() + ": " + failure.getMessage());
            }
        }
    }

    private UpstreamListener openUpstream(Upstream upstream) throws IOException {
        var owner = new UpstreamListener.Owner(sidecar.allocationId(), sidecar.service());
        var listening = new Listening(
                upstreamKey(upstream.bind()),
                sidecar.namespace(),
                upstream.bind(),
                context.limits().backlog());
        return new UpstreamListener(
                context,
                owner,
                upstream,
                identity,
                bootstrap -> context.sockets().listen(bootstrap, listening));
    }

    private void applyExposed(List<Exposed> wanted, List<String> problems) {
        var binds = wanted.stream().map(Exposed::bind).toList();
        for (Address bind : List.copyOf(exposed.keySet())) {
            if (!binds.contains(bind)) {
                closeExposed(bind);
            }
        }
        for (Exposed each : wanted) {
            var existing = exposed.get(each.bind());
            if (existing != null) {
                existing.update(each);
                continue;
            }
            try {
                var listening = new Listening(
                        exposedKey(each.bind()),
                        sidecar.namespace(),
                        each.bind(),
                        context.limits().backlog());
                exposed.put(
                        each.bind(),
                        new ExposedListener(
                                context,
                                sidecar.namespace(),
                                each,
                                bootstrap -> context.sockets().listen(bootstrap, listening)));
            } catch (IOException failure) {
                problems.add("exposed port " + each.bind() + " of " + sidecar.key() + ": " + failure.getMessage());
            }
        }
    }

    private void closeExposed(Address bind) {
        var listener = exposed.remove(bind);
        if (listener != null) {
            listener.close();
            context.sockets().release(exposedKey(bind));
        }
    }

    private String exposedKey(Address bind) {
        return "ex/" + sidecar.key() + "/" + bind;
    }

    /** Stops accepting without giving the listening sockets up: a successor serves them. */
    void drain() {
        inbound.ifPresent(InboundListener::stopAccepting);
        upstreams.values().forEach(UpstreamListener::stopAccepting);
        exposed.values().forEach(ExposedListener::stopAccepting);
    }

    /** Calls that run now. */
    int active() {
        int calls = inbound.map(listener -> listener.traffic().activeNow()).orElse(0);
        for (UpstreamListener listener : upstreams.values()) {
            calls += listener.traffic().activeNow();
        }
        return calls;
    }

    void close() {
        closeInbound();
        List.copyOf(upstreams.keySet()).forEach(this::closeUpstream);
        List.copyOf(exposed.keySet()).forEach(this::closeExposed);
        releaseLater(identity);
    }

    private void closeInbound() {
        inbound.ifPresent(listener -> {
            listener.close();
            context.sockets().release(inboundKey(listener.inbound().publicAddress()));
        });
        inbound = Optional.empty();
    }

    private void closeUpstream(Address bind) {
        var listener = upstreams.remove(bind);
        if (listener != null) {
            listener.close();
            context.sockets().release(upstreamKey(bind));
        }
    }

    void report(List<InboundCounters> inbounds, List<UpstreamCounters> outbounds) {
        inbound.ifPresent(listener -> {
            var traffic = listener.traffic();
            inbounds.add(new InboundCounters(
                    sidecar.allocationId(),
                    sidecar.service(),
                    listener.inbound().publicAddress(),
                    traffic.acceptedTotal(),
                    traffic.activeNow(),
                    traffic.deniedTotal(),
                    traffic.failedTotal(),
                    traffic.bytesToApplication(),
                    traffic.bytesFromApplication()));
        });
        for (UpstreamListener listener : upstreams.values()) {
            var traffic = listener.traffic();
            outbounds.add(new UpstreamCounters(
                    sidecar.allocationId(),
                    sidecar.service(),
                    listener.upstream().destination(),
                    listener.upstream().bind(),
                    traffic.acceptedTotal(),
                    traffic.activeNow(),
                    traffic.deniedTotal(),
                    traffic.failedTotal(),
                    traffic.bytesFromApplication(),
                    traffic.bytesToApplication()));
        }
    }

    private String inboundKey(Address address) {
        return "in/" + sidecar.key() + "/" + address;
    }

    private String upstreamKey(Address bind) {
        return "up/" + sidecar.key() + "/" + bind;
    }

    private void releaseLater(TlsIdentity former) {
        context.loops().group().schedule(former::release, RELEASE_AFTER_SECONDS, TimeUnit.SECONDS);
    }
}
