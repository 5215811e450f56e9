package dev.steppe.proxy;

import dev.steppe.io.sockets.FreePorts;
import dev.steppe.mesh.configuration.Address;
import dev.steppe.mesh.configuration.Exposed;
import dev.steppe.mesh.configuration.Inbound;
import dev.steppe.mesh.configuration.IntentionPolicy;
import dev.steppe.mesh.configuration.IntentionRule;
import dev.steppe.mesh.configuration.IntentionRule.Action;
import dev.steppe.mesh.configuration.Leaf;
import dev.steppe.mesh.configuration.NetworkNamespace;
import dev.steppe.mesh.configuration.ProxyConfiguration;
import dev.steppe.mesh.configuration.ProxyReport;
import dev.steppe.mesh.configuration.Sidecar;
import dev.steppe.mesh.configuration.TrustBundle;
import dev.steppe.mesh.configuration.Upstream;
import dev.steppe.proxy.sockets.EventLoops;
import dev.steppe.proxy.sockets.OwnSockets;
import java.io.IOException;
import java.net.Socket;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A data plane on loopback with its configuration, which tests change piece by piece. */
final class TestNode implements AutoCloseable {
    static final IntentionPolicy DENY = new IntentionPolicy(List.of(), Action.DENY);

    /** Held as long as tests run, so that each address is one node's alone. */
    private static final FreePorts PORTS = new FreePorts();

    private final DataPlane plane;
    private final List<Sidecar> sidecars = new ArrayList<>();
    private TrustBundle trust;
    private long version;

    TestNode(TestAuthority authority) {
        var limits = Limits.defaults();
        this.plane = new DataPlane(limits, new OwnSockets(), new EventLoops(limits), InstantSource.system());
        this.trust = authority.bundle();
    }

    static Address freeAddress() throws IOException {
        return new Address("127.0.0.1", PORTS.any());
    }

    static IntentionPolicy allow(String source, String destination) {
        return new IntentionPolicy(List.of(new IntentionRule(source, destination, Action.ALLOW)), Action.DENY);
    }

    static IntentionPolicy deny(String source, String destination) {
        return new IntentionPolicy(List.of(new IntentionRule(source, destination, Action.DENY)), Action.ALLOW);
    }

    /** Adds or replaces the destination's sidecar of a service. */
    Address serve(Leaf leaf, Address target, Address publicAddress, IntentionPolicy policy) {
        put(new Sidecar(
                "alloc-" + leaf.identity().service(),
                leaf.identity().service(),
                new NetworkNamespace.Host(),
                leaf,
                Optional.of(new Inbound(publicAddress, target, policy)),
                List.of()));
        return publicAddress;
    }

    /** Adds or replaces the caller's sidecar of a service. */
    Address call(Leaf leaf, String destination, Address bind, List<Address> endpoints) {
        put(new Sidecar(
                "alloc-" + leaf.identity().service(),
                leaf.identity().service(),
                new NetworkNamespace.Host(),
                leaf,
                Optional.empty(),
                List.of(new Upstream(bind, destination, TestAuthority.id(destination), endpoints))));
        return bind;
    }

    /** Adds or replaces a sidecar that only exposes paths. */
    void expose(Leaf leaf, List<Exposed> exposed) {
        put(new Sidecar(
                "alloc-" + leaf.identity().service(),
                leaf.identity().service(),
                new NetworkNamespace.Host(),
                leaf,
                Optional.empty(),
                List.of(),
                exposed));
    }

    void trust(TrustBundle bundle) {
        trust = bundle;
    }

    void remove(String service) {
        sidecars.removeIf(sidecar -> sidecar.service().equals(service));
    }

    List<String> apply() {
        return plane.apply(new ProxyConfiguration(++version, trust, sidecars));
    }

    ProxyReport report() {
        return plane.report();
    }

    static Socket connect(Address address) throws IOException {
        var socket = new Socket();
        socket.setSoTimeout(60_000);
        socket.connect(address.toSocketAddress(), 60_000);
        return socket;
    }

    private void put(Sidecar sidecar) {
        sidecars.removeIf(existing -> existing.key().equals(sidecar.key()));
        sidecars.add(sidecar);
    }

    @Override
    public void close() {
        plane.close();
    }
}
