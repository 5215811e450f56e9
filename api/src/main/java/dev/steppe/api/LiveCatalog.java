package dev.steppe.api;

import dev.steppe.mesh.catalog.Catalog;
import dev.steppe.mesh.catalog.ServerAgent;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Table;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The catalog of the newest state, derived once per change however many ask. Safe for use from any thread: two that ask
 * at once may both derive it, with the same outcome.
 */
public final class LiveCatalog {
    private final Region region;
    private final String datacenter;
    private final AtomicReference<Optional<Held>> held = new AtomicReference<>(Optional.empty());

    private record Held(long index, List<ServerAgent> servers, Catalog catalog, Catalog consul) {}

    public LiveCatalog(Region region, String datacenter) {
        this.region = region;
        this.datacenter = datacenter;
    }

    /** The tables whose changes can show in the catalog. */
    public static Table[] tables() {
        return Catalog.tables();
    }

    public String datacenter() {
        return datacenter;
    }

    /** The catalog of the newest state. */
    public Catalog now() {
        return of(region.snapshot());
    }

    /** The catalog of a snapshot. */
    public Catalog of(Snapshot snapshot) {
        return held(snapshot).catalog;
    }

    /** What the Consul dialect shows of it: without the services that jobs asked for in Nomad's words. */
    public Catalog ofConsul(Snapshot snapshot) {
        return held(snapshot).consul;
    }

    private Held held(Snapshot snapshot) {
        var servers = region.servers().stream()
                .map(server -> new ServerAgent(server.name(), server.host(), server.httpPort(), server.port()))
                .toList();
        long index = snapshot.index(tables());
        var last = held.get();
        if (last.isPresent() && last.get().index == index && last.get().servers.equals(servers)) {
            return last.get();
        }
        var catalog = last.map(before -> before.catalog.next(snapshot, servers, datacenter))
                .orElseGet(() -> Catalog.of(snapshot, servers, datacenter));
        var newest = new Held(index, servers, catalog, catalog.ofConsul());
        held.set(Optional.of(newest));
        return newest;
    }
}
