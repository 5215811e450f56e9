package dev.steppe.mesh.configuration;

import java.util.List;
import java.util.TreeSet;

/** Everything the one proxy of a node has to do. A greater version replaces a smaller one as a whole. */
public record ProxyConfiguration(long version, TrustBundle trust, List<Sidecar> sidecars) {
    public ProxyConfiguration {
        sidecars = List.copyOf(sidecars);
        var keys = new TreeSet<String>();
        for (Sidecar sidecar : sidecars) {
            if (!keys.add(sidecar.key())) {
                throw new IllegalArgumentException("sidecar " + sidecar.key() + " is configured twice");
            }
        }
    }
}
