package dev.steppe.client.mesh;

import dev.steppe.mesh.configuration.ProxyConfiguration;
import dev.steppe.mesh.configuration.ProxyReport;
import java.io.IOException;

/** The proxy of a node, wherever it runs. Methods block and are called one at a time. */
public interface MeshProxy {

    /** Has it serve this from now on; returns when it does. */
    void apply(ProxyConfiguration configuration) throws IOException;

    /** What it did and refused so far. */
    ProxyReport report() throws IOException;
}
