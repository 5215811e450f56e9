package dev.steppe.server;

import dev.steppe.mesh.catalog.Catalog;
import dev.steppe.mesh.catalog.Check;
import dev.steppe.mesh.catalog.Health;
import dev.steppe.mesh.catalog.NodeEntry;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a session needs to live: its node, the node's own check, and checks of services on it. Owned by the server's loop.
 */
final class SessionChecks {
    private final NewestCatalog catalog;

    SessionChecks(NewestCatalog catalog) {
        this.catalog = catalog;
    }

    /** What is missing or failing; empty when the session may live. */
    Optional<String> failing(Snapshot snapshot, String nodeName, List<String> nodeChecks, List<String> serviceChecks) {
        var newest = catalog.of(snapshot);
        var node = newest.nodeNamed(nodeName);
        if (node.isEmpty()) {
            return Optional.of("Missing node registration: there is no node \"" + nodeName + "\"");
        }
        return failing(nodeChecks, List.of(node.get().check()))
                .or(() -> failing(serviceChecks, checksOn(newest, node.get())));
    }

    private static List<Check> checksOn(Catalog catalog, NodeEntry node) {
        var checks = new ArrayList<Check>();
        catalog.onNode(node.id()).forEach(instance -> checks.addAll(instance.checks()));
        return checks;
    }

    private static Optional<String> failing(List<String> wanted, List<Check> there) {
        for (String id : wanted) {
            var check = there.stream().filter(it -> it.id().equals(id)).findFirst();
            if (check.isEmpty()) {
                return Optional.of("Missing check '" + id + "' registration");
            }
            if (check.get().health() == Health.CRITICAL) {
                return Optional.of("Check '" + id + "' is in critical state");
            }
        }
        return Optional.empty();
    }
}
