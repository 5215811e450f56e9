package dev.steppe.client.driver;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.steppe.model.codec.Codec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;

/** A registry of images on loopback, which speaks as much of the registry protocol, version 2, as engines need to pull. */
final class RegistryDouble implements AutoCloseable {
    private static final String MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

    private static final int TLS_HANDSHAKE = 0x16;

    private final HttpServer server;
    /** Engines try TLS first, which the server behind would take ten seconds to give up on. */
    private final ServerSocket front = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    private final Map<String, byte[]> manifests = new ConcurrentHashMap<>();
    private final Optional<String> credentials;
    /** Layers stop in the middle until this is counted down. */
    final CountDownLatch gate;

    final AtomicInteger layersAsked = new AtomicInteger();

    /** Without credentials everybody may pull; they are {@code name:password}. */
    RegistryDouble(Optional<String> credentials, boolean open) throws IOException {
        this.credentials = credentials;
        this.gate = new CountDownLatch(open ? 0 : 1);
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.setExecutor(threads);
        server.createContext("/v2/", this::answer);
        server.start();
        threads.execute(() -> {
            while (!front.isClosed()) {
                try {
                    var caller = front.accept();
                    threads.execute(() -> relay(caller));
                } catch (IOException closed) {
                    return;
                }
            }
        });
    }

    private void relay(Socket caller) {
        try (caller;
                var behind = new Socket(
                        InetAddress.getLoopbackAddress(), server.getAddress().getPort())) {
            int first = caller.getInputStream().read();
            if (first < 0 || first == TLS_HANDSHAKE) {
                return;
            }
            behind.getOutputStream().write(first);
            var there = threads.submit(() -> {
                var sent = caller.getInputStream().transferTo(behind.getOutputStream());
                behind.shutdownOutput();
                return sent;
            });
            behind.getInputStream().transferTo(caller.getOutputStream());
            there.cancel(true);
        } catch (IOException gone) {
            // one of the two has closed
        }
    }

    String address() {
        return "127.0.0.1:" + front.getLocalPort();
    }

    /** Offers an image of one layer and answers its full name. */
    String offer(String repository, String tag, byte[] tar) throws IOException {
        var layer = gzip(tar);
        var architecture = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
        var config = Codec.toJsonBytes(
                new TreeMap<>(Map.of(
                        "architecture",
                        architecture,
                        "os",
                        "linux",
                        "config",
                        Map.of("Env", List.of("PATH=/bin")),
                        "rootfs",
                        Map.of("type", "layers", "diff_ids", List.of(digest(tar))))),
                false);
        blobs.put(digest(config), config);
        blobs.put(digest(layer), layer);
        var manifest = Codec.toJsonBytes(
                new TreeMap<>(Map.of(
                        "schemaVersion",
                        2,
                        "mediaType",
                        MANIFEST,
                        "config",
                        described("application/vnd.docker.container.image.v1+json", config),
                        "layers",
                        List.of(described("application/vnd.docker.image.rootfs.diff.tar.gzip", layer)))),
                false);
        manifests.put(repository + "/" + tag, manifest);
        manifests.put(repository + "/" + digest(manifest), manifest);
        return address() + "/" + repository + ":" + tag;
    }

    private static Map<String, Object> described(String type, byte[] content) {
        return new TreeMap<>(Map.of("mediaType", type, "size", content.length, "digest", digest(content)));
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (credentials.isPresent() && !isAllowed(exchange)) {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"double\"");
                refuse(exchange, 401, "UNAUTHORIZED", "authentication required");
                return;
            }
            var path = exchange.getRequestURI().getPath().substring("/v2/".length());
            int manifest = path.indexOf("/manifests/");
            int blob = path.indexOf("/blobs/");
            if (path.isEmpty()) {
                send(exchange, "application/json", "{}".getBytes(StandardCharsets.UTF_8));
            } else if (manifest > 0) {
                var key = path.substring(0, manifest) + "/" + path.substring(manifest + "/manifests/".length());
                var found = manifests.get(key);
                if (found == null) {
                    refuse(exchange, 404, "MANIFEST_UNKNOWN", "manifest unknown");
                } else {
                    exchange.getResponseHeaders().set("Docker-Content-Digest", digest(found));
                    send(exchange, MANIFEST, found);
                }
            } else {
                var found = blob < 0 ? null : blobs.get(path.substring(blob + "/blobs/".length()));
                if (found == null) {
                    refuse(exchange, 404, "BLOB_UNKNOWN", "blob unknown");
                } else {
                    send(exchange, "application/octet-stream", found);
                }
            }
        }
    }

    private boolean isAllowed(HttpExchange exchange) {
        var expected = "Basic "
                + Base64.getEncoder().encodeToString(credentials.orElseThrow().getBytes(StandardCharsets.UTF_8));
        return expected.equals(exchange.getRequestHeaders().getFirst("Authorization"));
    }

    private void send(HttpExchange exchange, String type, byte[] content) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(content.length));
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        exchange.sendResponseHeaders(200, content.length);
        try (var body = exchange.getResponseBody()) {
            boolean isLayer = type.equals("application/octet-stream") && content.length > 100_000;
            int first = isLayer ? content.length / 2 : content.length;
            body.write(content, 0, first);
            body.flush();
            if (isLayer) {
                layersAsked.incrementAndGet();
                gate.await();
                body.write(content, first, content.length - first);
            }
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
    }

    private static void refuse(HttpExchange exchange, int status, String code, String message) throws IOException {
        var content = ("{\"errors\":[{\"code\":\"" + code + "\",\"message\":\"" + message + "\"}]}")
                .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, exchange.getRequestMethod().equals("HEAD") ? -1 : content.length);
        if (!exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseBody().write(content);
        }
    }

    private static byte[] gzip(byte[] content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(bytes)) {
            zip.write(content);
        }
        return bytes.toByteArray();
    }

    private static String digest(byte[] content) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public void close() throws IOException {
        front.close();
        server.stop(0);
        threads.shutdownNow();
    }
}
