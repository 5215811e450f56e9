package dev.steppe.server;

import dev.steppe.mesh.catalog.Catalog;
import dev.steppe.state.Snapshot;
import java.util.List;
import java.util.Optional;

/** The catalog of the newest state as the server's own parts need it, derived once per change. Owned by the loop. */
final class NewestCatalog {
    private final String datacenter;
    private Optional<Catalog> last = Optional.empty();

    NewestCatalog(String datacenter) {
        this.datacenter = datacenter;
    }

    Catalog of(Snapshot snapshot) {
        var before = last.filter(it -> it.index() == snapshot.index(Catalog.tables()));
        var catalog = before.or(() -> last.map(it -> it.next(snapshot, List.of(), datacenter)))
                .orElseGet(() -> Catalog.of(snapshot, List.of(), datacenter));
        last = Optional.of(catalog);
        return catalog;
    }
}
