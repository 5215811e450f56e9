package dev.steppe.agent;

import dev.steppe.io.TaskScope;
import dev.steppe.model.codec.Codec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPOutputStream;

/** A registry on loopback that engines pull images of one layer from, for everybody or for one user only. */
final class ImagesOfTests implements AutoCloseable {
    private static final String MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
    private static final String BLOB = "application/octet-stream";
    private static final int TLS_HANDSHAKE = 0x16;

    private record Content(String type, byte[] bytes) {}

    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final TaskScope scope = new TaskScope("images");
    private final Map<String, Content> contents = new ConcurrentHashMap<>();
    private final Optional<String> user;

    /** With a user, as {@code name:password}, nobody else gets anything. */
    ImagesOfTests(Optional<String> user) throws IOException {
        this.user = user;
        scope.startVirtual("accept", () -> {
            while (!socket.isClosed()) {
                try {
                    var caller = socket.accept();
                    scope.startVirtual("answer", () -> answer(caller));
                } catch (IOException closed) {
                    return;
                }
            }
        });
    }

    /** Offers an image with these files and answers its whole name. */
    String offer(String name, byte[] tar) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(tar);
        }
        var layer = new Content(BLOB, packed.toByteArray());
        var config = new Content(
                "application/vnd.docker.container.image.v1+json",
                json(Map.of(
                        "architecture",
                        System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64",
                        "os",
                        "linux",
                        "config",
                        Map.of("Env", List.of("PATH=/bin")),
                        "rootfs",
                        Map.of("type", "layers", "diff_ids", List.of(digest(tar))))));
        var manifest = new Content(
                MANIFEST,
                json(Map.of(
                        "schemaVersion",
                        2,
                        "mediaType",
                        MANIFEST,
                        "config",
                        described(config.type, config),
                        "layers",
                        List.of(described("application/vnd.docker.image.rootfs.diff.tar.gzip", layer)))));
        var place = "/v2/" + name;
        for (Content blob : List.of(layer, config)) {
            contents.put(place + "/blobs/" + digest(blob.bytes), new Content(BLOB, blob.bytes));
        }
        contents.put(place + "/manifests/1", manifest);
        contents.put(place + "/manifests/" + digest(manifest.bytes), manifest);
        return address() + "/" + name + ":1";
    }

    String address() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    private static byte[] json(Map<String, ?> document) {
        return Codec.toJsonBytes(new TreeMap<>(document), false);
    }

    private static Map<String, Object> described(String type, Content content) {
        return Map.of("mediaType", type, "size", content.bytes.length, "digest", digest(content.bytes));
    }

    private static String digest(byte[] content) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private void answer(Socket caller) {
        try (caller) {
            var head = head(caller.getInputStream());
            var words = head.split(" ", 3);
            if (words.length == 3) {
                boolean known = user.isEmpty()
                        || head.contains("Authorization: Basic "
                                + Base64.getEncoder().encodeToString(user.get().getBytes(StandardCharsets.UTF_8)));
                var found = words[1].equals("/v2/")
                        ? new Content("application/json", json(Map.of()))
                        : contents.get(words[1]);
                answer(caller, words[0], known ? Optional.ofNullable(found) : Optional.empty(), known);
            }
        } catch (IOException gone) {
            // the caller asks again if it wants
        }
    }

    /** Engines try TLS first and take what is no answer to it for an answer in clear. */
    private static String head(InputStream input) throws IOException {
        var bytes = new ByteArrayOutputStream();
        for (int next = input.read(); next >= 0 && next != TLS_HANDSHAKE; next = input.read()) {
            bytes.write(next);
            if (bytes.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                return bytes.toString(StandardCharsets.ISO_8859_1);
            }
        }
        return "";
    }

    private static void answer(Socket caller, String method, Optional<Content> found, boolean known)
            throws IOException {
        var content = found.orElse(new Content("application/json", json(Map.of("errors", List.of()))));
        var head = "HTTP/1.1 " + (found.isPresent() ? "200 OK" : known ? "404 Not Found" : "401 Unauthorized") + "\r\n"
                + "WWW-Authenticate: Basic realm=\"images\"\r\nDocker-Distribution-Api-Version: registry/2.0\r\n"
                + "Docker-Content-Digest: " + digest(content.bytes) + "\r\nContent-Type: " + content.type
                + "\r\nContent-Length: " + content.bytes.length + "\r\nConnection: close\r\n\r\n";
        var output = caller.getOutputStream();
        output.write(head.getBytes(StandardCharsets.ISO_8859_1));
        if (!method.equals("HEAD")) {
            output.write(content.bytes);
        }
        output.flush();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        scope.close();
    }
}
