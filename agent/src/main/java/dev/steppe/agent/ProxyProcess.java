package dev.steppe.agent;

import dev.steppe.client.mesh.MeshProxy;
import dev.steppe.io.process.Cgroups;
import dev.steppe.mesh.configuration.ProxyConfiguration;
import dev.steppe.mesh.configuration.ProxyReport;
import dev.steppe.proxy.process.NodeProxy;
import dev.steppe.proxy.process.NodeProxySettings;
import java.io.File;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The node's proxy as the node sees it: started when the first sidecar needs it, or at once when an earlier agent left
 * one running. Safe for use from any thread.
 */
final class ProxyProcess implements MeshProxy, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ProxyProcess.class.getName());

    /**
     * As whom the proxy runs where no account is made for it: a number that no account and no task has, so that a task
     * cannot look into the process that holds keys.
     */
    private static final NodeProxySettings.User NUMBER = new NodeProxySettings.User(59_646, 59_646);

    /** What the proxy does not need and would only be copied and opened in vain. */
    private static final List<String> NOT_NEEDED = List.of("ratis", "bcp", "bcutil", "examples");

    private NodeProxySettings settings;
    private Optional<NodeProxy> proxy = Optional.empty();
    private boolean closed;

    ProxyProcess(Path directory, Optional<Path> namespaces, boolean root, Optional<Cgroups> cgroups) {
        this.settings = new NodeProxySettings(
                directory,
                Path.of(System.getProperty("java.home"), "bin", "java"),
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                        .filter(entry -> NOT_NEEDED.stream()
                                .noneMatch(Path.of(entry).getFileName().toString()::contains))
                        .map(Path::of)
                        .toList(),
                root ? Optional.of(NUMBER) : Optional.empty(),
                namespaces,
                List.of(),
                pid -> {
                    if (cgroups.isPresent()) {
                        cgroups.get().shelter(pid);
                    }
                });
    }

    @Override
    public synchronized void apply(ProxyConfiguration configuration) throws IOException {
        for (String problem : running().apply(configuration)) {
            LOG.log(Level.WARNING, "the proxy cannot do everything yet problem=" + problem);
        }
    }

    @Override
    public synchronized ProxyReport report() throws IOException {
        return running().report();
    }

    /** From now on allocations have networks of their own there: a proxy that runs without a way in is followed by another. */
    synchronized void serve(Path namespaces) throws IOException {
        if (closed || settings.namespaces().isPresent()) {
            return;
        }
        settings = settings.serving(namespaces);
        if (proxy.isPresent()) {
            proxy.get().close();
            proxy = Optional.empty();
            running();
        }
    }

    private NodeProxy running() throws IOException {
        if (closed) {
            throw new IOException("the agent stops");
        }
        if (proxy.isEmpty()) {
            proxy = Optional.of(NodeProxy.start(settings));
        }
        return proxy.get();
    }

    /** Ends the proxy if it runs, also one that an earlier agent left. */
    synchronized void stop() throws IOException, InterruptedException {
        if (proxy.isPresent()) {
            proxy.get().stop();
            proxy = Optional.empty();
        } else {
            NodeProxy.stopLeftOver(settings);
        }
        closed = true;
    }

    @Override
    public synchronized void close() {
        closed = true;
        proxy.ifPresent(NodeProxy::close);
        proxy = Optional.empty();
    }
}
