package dev.steppe.client.vault;

import dev.steppe.client.settings.VaultSettings;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The few requests to a Vault that a node makes. Blocking; tokens travel in headers and stand in no message. */
final class VaultClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int NOT_FOUND = 404;
    private static final int ANSWER_MAX = 4 * 1024 * 1024;

    private final VaultSettings settings;
    private final HttpClient http;

    VaultClient(VaultSettings settings) throws IOException {
        this.settings = settings;
        var builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(PATIENCE);
        if (settings.authority().isPresent()) {
            builder.sslContext(trusting(settings.authority().get()));
        }
        this.http = builder.build();
    }

    /** Vault answered and refuses: asking again the same way helps only when somebody changes something there. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;
        private final int status;

        Refused(int status, String message) {
            super(message);
            this.status = status;
        }

        boolean isUnknown() {
            return status == NOT_FOUND;
        }
    }

    /** A token, and how long it lives unless it is renewed; without an end it is zero. */
    record Token(String id, Duration life) {
        @Override
        public String toString() {
            return "Token[life=" + life + "]";
        }
    }

    /** What was read: the whole answer as JSON, and its lease. */
    record Secret(String json, String lease, Duration life, boolean renewable) {
        @Override
        public String toString() {
            return "Secret[lease=" + lease + ", life=" + life + "]";
        }
    }

    Optional<String> namespace() {
        return settings.namespace().isEmpty() ? Optional.empty() : Optional.of(settings.namespace());
    }

    Secret read(Token token, String path) throws IOException, InterruptedException {
        var json = send("GET", place(path), token.id(), Map.of());
        return new Secret(
                json,
                text(json, "lease_id"),
                Duration.ofSeconds(number(json, "lease_duration")),
                text(json, "renewable").equals("true"));
    }

    /** Makes a token with exactly these policies, a child of the node's own. */
    Token make(List<String> policies, SortedMap<String, String> about) throws IOException, InterruptedException {
        var wish = new TreeMap<String, Object>();
        wish.put("policies", policies);
        wish.put("meta", about);
        wish.put("display_name", "steppe");
        wish.put("ttl", settings.tokenLife().toSeconds() + "s");
        wish.put("renewable", true);
        var role = settings.role().isEmpty() ? "" : "/" + encode(settings.role());
        return token(send("POST", "auth/token/create" + role, settings.token(), wish));
    }

    Token renew(Token token) throws IOException, InterruptedException {
        return token(send("POST", "auth/token/renew-self", token.id(), Map.of()));
    }

    /** Answers how long the lease goes on. */
    Duration renewLease(Token token, String lease) throws IOException, InterruptedException {
        var json = send("POST", "sys/leases/renew", token.id(), Map.of("lease_id", lease));
        return Duration.ofSeconds(number(json, "lease_duration"));
    }

    void revoke(Token token) throws IOException, InterruptedException {
        send("POST", "auth/token/revoke-self", token.id(), Map.of());
    }

    private static Token token(String json) throws IOException {
        var id = text(json, "auth", "client_token");
        if (id.isEmpty()) {
            throw new IOException("Vault answered without a token");
        }
        return new Token(id, Duration.ofSeconds(number(json, "auth", "lease_duration")));
    }

    private String send(String method, String path, String token, Map<String, Object> content)
            throws IOException, InterruptedException {
        var body = content.isEmpty()
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(Codec.toJson(new TreeMap<>(content)));
        var request = HttpRequest.newBuilder(URI.create(base() + "/v1/" + path))
                .timeout(PATIENCE)
                .header("X-Vault-Token", token)
                .header("X-Vault-Request", "true")
                .method(method, body);
        if (!settings.namespace().isEmpty()) {
            request.header("X-Vault-Namespace", settings.namespace());
        }
        var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        try (var stream = answer.body()) {
            var text = text(stream);
            if (answer.statusCode() >= 300) {
                throw refused(path, answer.statusCode(), text);
            }
            return text;
        }
    }

    private static String text(InputStream stream) throws IOException {
        var bytes = stream.readNBytes(ANSWER_MAX + 1);
        if (bytes.length > ANSWER_MAX) {
            throw new IOException("Vault answered more than " + ANSWER_MAX + " bytes");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private Refused refused(String path, int status, String text) {
        var said = "";
        try {
            said = json(text) instanceof Map<?, ?> map && map.get("errors") instanceof List<?> errors
                    ? errors.stream().map(String::valueOf).collect(Collectors.joining("; "))
                    : "";
        } catch (IOException plain) {
            // a proxy in between, perhaps: the status says enough
        }
        return new Refused(
                status,
                "Vault at " + settings.address() + " refused " + path + " with status " + status
                        + (said.isEmpty() ? "" : ": " + said.strip().replaceAll("\\s+", " ")));
    }

    private String base() {
        var text = settings.address().toString();
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    private static String place(String path) {
        return Arrays.stream(path.split("/", -1))
                .filter(part -> !part.isEmpty())
                .map(VaultClient::encode)
                .collect(Collectors.joining("/"));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static Object json(String text) throws IOException {
        try {
            return Codec.fromJson(Object.class, text);
        } catch (CodecException malformed) {
            throw new IOException("Vault answered something that is not JSON", malformed);
        }
    }

    private static Object at(String json, String... path) throws IOException {
        Object current = json.isEmpty() ? Map.of() : json(json);
        for (String name : path) {
            var next = current instanceof Map<?, ?> map ? map.get(name) : null;
            if (next == null) {
                return "";
            }
            current = next;
        }
        return current;
    }

    private static String text(String json, String... path) throws IOException {
        return at(json, path).toString();
    }

    private static long number(String json, String... path) throws IOException {
        return at(json, path) instanceof Number number ? number.longValue() : 0;
    }

    private static SSLContext trusting(Path file) throws IOException {
        try (var stream = Files.newInputStream(file)) {
            var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            int number = 0;
            for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(stream)) {
                trusted.setCertificateEntry("authority-" + number++, certificate);
            }
            var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(trusted);
            var context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException unusable) {
            throw new IOException("vault ca_file " + file + " cannot be used: " + unusable.getMessage(), unusable);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
