package dev.steppe.proxy.process;

import dev.steppe.io.linux.NamespaceThread;
import dev.steppe.io.linux.NetworkNamespaces;
import dev.steppe.io.sockets.FreePorts;
import dev.steppe.mesh.configuration.Address;
import dev.steppe.mesh.configuration.Inbound;
import dev.steppe.mesh.configuration.IntentionPolicy;
import dev.steppe.mesh.configuration.NetworkNamespace;
import dev.steppe.mesh.configuration.ProxyConfiguration;
import dev.steppe.mesh.configuration.Sidecar;
import dev.steppe.mesh.configuration.Upstream;
import dev.steppe.proxy.EchoService;
import dev.steppe.proxy.TestAuthority;
import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/** A node with real namespaces and real proxy processes, all removed in the end. */
public final class TestMesh implements AutoCloseable {
    public static final int UPSTREAM_PORT = 9_191;
    private static final int PROXY_USER = 64_321;

    /** Held as long as tests run. */
    private static final FreePorts PORTS = new FreePorts();

    private final Path directory;
    private final NamespaceThread thread = new NamespaceThread();
    private final NetworkNamespaces namespaces;
    private final List<EchoService> services = new ArrayList<>();
    private final Map<String, Sidecar> sidecars = new TreeMap<>();
    private final TestAuthority authority = new TestAuthority("mesh root");
    private long version;

    public TestMesh() throws IOException {
        this.directory = Files.createTempDirectory("steppe-mesh");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        this.namespaces = new NetworkNamespaces(thread, directory.resolve("netns"));
    }

    public NodeProxySettings settings(List<String> jvmOptions) {
        return new NodeProxySettings(
                directory.resolve("proxy"),
                Path.of(System.getProperty("java.home"), "bin", "java"),
                classPath(),
                Optional.of(new NodeProxySettings.User(PROXY_USER, PROXY_USER)),
                Optional.of(directory.resolve("netns")),
                jvmOptions);
    }

    /** The tests' own class path, without what only tests need. */
    static List<Path> classPath() {
        var path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return List.of(path.split(File.pathSeparator)).stream()
                .filter(entry -> entry.contains("netty")
                        || entry.endsWith("classes") && !entry.contains("test-classes")
                        || entry.contains("0.1.0-SNAPSHOT"))
                .map(Path::of)
                .toList();
    }

    public Path directory() {
        return directory;
    }

    public TestAuthority authority() {
        return authority;
    }

    /** Makes a namespace whose loopback is up. */
    public void namespace(String name) throws IOException, InterruptedException {
        namespaces.create(name);
        inside(name, () -> {
            var up = new ProcessBuilder("ip", "link", "set", "lo", "up")
                    .inheritIO()
                    .start();
            if (up.waitFor() != 0) {
                throw new IOException("ip link set lo up failed");
            }
            return true;
        });
    }

    public <T> T inside(String namespace, Callable<T> work) throws IOException, InterruptedException {
        return thread.call(NamespaceThread.Entry.network(namespaces.path(namespace)), work);
    }

    /** An echo service inside a namespace. */
    public EchoService service(String namespace, String name) throws IOException, InterruptedException {
        var service = inside(namespace, () -> new EchoService(name));
        services.add(service);
        return service;
    }

    /** Connects from inside the namespace to the upstream port. */
    public Socket dial(String namespace) throws IOException, InterruptedException {
        return inside(namespace, () -> {
            var socket = new Socket();
            socket.setSoTimeout(60_000);
            socket.connect(new Address("127.0.0.1", UPSTREAM_PORT).toSocketAddress(), 60_000);
            return socket;
        });
    }

    public static Address freeAddress() throws IOException {
        return new Address("127.0.0.1", PORTS.any());
    }

    /** Adds or replaces the destination. */
    public void serve(String namespace, String service, Address target, Address publicAddress, IntentionPolicy policy) {
        put(new Sidecar(
                namespace,
                service,
                new NetworkNamespace.Named(namespace),
                authority.leaf(service),
                Optional.of(new Inbound(publicAddress, target, policy)),
                List.of()));
    }

    /** Adds or replaces the caller. */
    public void call(String namespace, String service, String destination, List<Address> endpoints) {
        put(new Sidecar(
                namespace,
                service,
                new NetworkNamespace.Named(namespace),
                authority.leaf(service),
                Optional.empty(),
                List.of(new Upstream(
                        new Address("127.0.0.1", UPSTREAM_PORT),
                        destination,
                        TestAuthority.id(destination),
                        endpoints))));
    }

    public void put(Sidecar sidecar) {
        sidecars.put(sidecar.key(), sidecar);
    }

    public void remove(String namespace, String service) {
        sidecars.remove(namespace + "/" + service);
    }

    public ProxyConfiguration configuration() {
        return new ProxyConfiguration(++version, authority.bundle(), List.copyOf(sidecars.values()));
    }

    @Override
    public void close() throws IOException {
        for (EchoService service : services) {
            service.close();
        }
        for (String name : namespaces.names()) {
            namespaces.delete(name);
        }
        namespaces.removeDirectory();
        thread.close();
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
