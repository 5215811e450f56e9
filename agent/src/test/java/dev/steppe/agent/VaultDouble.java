package dev.steppe.agent;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.steppe.model.codec.Codec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** As much of a Vault as nodes ask: tokens with policies, secrets by path and policy, and their leases. */
final class VaultDouble implements AutoCloseable {
    static final String ROOT = "node-token";

    /** What may be read, by path, and the policy that allows it. */
    record Entry(String policy, Map<String, Object> data, String lease) {}

    final Map<String, Entry> secrets = new ConcurrentHashMap<>();
    /** Tokens that are alive, and their policies. */
    final Map<String, List<?>> tokens = new ConcurrentHashMap<>();

    /** How tokens were asked for: namespace, path and what was sent. */
    final List<String> wishes = new CopyOnWriteArrayList<>();

    /** How often a token was renewed. */
    final AtomicInteger renewals = new AtomicInteger();
    /** Which tokens were. */
    final Set<String> renewed = ConcurrentHashMap.newKeySet();

    /** How long tokens and leases last. */
    volatile int lifeSeconds = 3600;
    /** Whether leases can be renewed. */
    volatile boolean leasesLast = true;

    private final AtomicInteger number = new AtomicInteger();
    private final HttpServer server;

    VaultDouble() throws IOException {
        this(HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0));
    }

    private VaultDouble(HttpServer server) {
        this.server = server;
        server.createContext("/v1/", this::answer);
        server.start();
    }

    /** One that speaks TLS only and shows this. */
    static VaultDouble showing(KeyManagerFactory keys) throws IOException, GeneralSecurityException {
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        var secure = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        secure.setHttpsConfigurator(new HttpsConfigurator(context));
        return new VaultDouble(secure);
    }

    String address() {
        return (server instanceof HttpsServer ? "https" : "http") + "://127.0.0.1:"
                + server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = exchange.getRequestURI().getPath().substring("/v1/".length());
            var token = String.valueOf(exchange.getRequestHeaders().getFirst("X-Vault-Token"));
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            if (!token.equals(ROOT) && !tokens.containsKey(token)) {
                send(exchange, 403, Map.of("errors", List.of("permission denied", "invalid token")));
            } else if (path.matches("auth/token/create(/.*)?")) {
                wishes.add(exchange.getRequestHeaders().getFirst("X-Vault-Namespace") + " " + path + " " + body);
                var made = "task-token-" + number.incrementAndGet();
                tokens.put(made, (List<?>) ((Map<?, ?>) json(body)).get("policies"));
                send(exchange, 200, auth(made));
            } else if (path.equals("auth/token/renew-self")) {
                renewals.incrementAndGet();
                renewed.add(token);
                send(exchange, 200, auth(token));
            } else if (path.equals("auth/token/revoke-self")) {
                tokens.remove(token);
                exchange.sendResponseHeaders(204, -1);
            } else if (path.equals("sys/leases/renew") && !leasesLast) {
                send(exchange, 400, Map.of("errors", List.of("lease not found or lease is not renewable")));
            } else if (path.equals("sys/leases/renew")) {
                send(exchange, 200, Map.of("lease_duration", lifeSeconds));
            } else {
                read(exchange, path, token);
            }
        }
    }

    private void read(HttpExchange exchange, String path, String token) throws IOException {
        var entry = secrets.get(path);
        if (entry == null) {
            send(exchange, 404, Map.of("errors", List.of()));
        } else if (!tokens.getOrDefault(token, List.of()).contains(entry.policy())) {
            send(exchange, 403, Map.of("errors", List.of("permission denied")));
        } else {
            send(
                    exchange,
                    200,
                    Map.of(
                            "lease_id",
                            entry.lease(),
                            "lease_duration",
                            lifeSeconds,
                            "renewable",
                            !entry.lease().isEmpty(),
                            "data",
                            entry.data()));
        }
    }

    private Map<String, Object> auth(String token) {
        return Map.of("auth", Map.of("client_token", token, "lease_duration", lifeSeconds, "renewable", true));
    }

    private static Object json(String text) throws IOException {
        try {
            return Codec.fromJson(Object.class, text);
        } catch (dev.steppe.model.codec.CodecException malformed) {
            throw new IOException(malformed);
        }
    }

    private static void send(HttpExchange exchange, int status, Map<String, ?> body) throws IOException {
        var bytes = Codec.toJsonBytes(new TreeMap<>(body), false);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
