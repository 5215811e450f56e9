package dev.steppe.wire.network;

import dev.steppe.io.TaskScope;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Asks other agents over HTTP and mutual TLS. Blocks, so it is for virtual threads; safe for use from any number. Connections
 * are kept for the next request, and made anew when the credentials are replaced.
 */
public final class AgentCalls implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration TALK_WITHIN = Duration.ofSeconds(30);
    private static final int SESSION_SECONDS = 1;
    /** What belongs to one connection and not to the request; the client sets its own. */
    private static final Set<String> OF_THE_CONNECTION =
            Set.of("connection", "content-length", "expect", "host", "upgrade", "transfer-encoding", "keep-alive");

    private final Supplier<Object> identity;
    private final KeyManager[] keys;
    private final TrustManager trust;
    private final SharedKey sharedKey;
    private final TaskScope scope = new TaskScope("agent-calls");
    private final AtomicReference<Optional<Held>> held = new AtomicReference<>(Optional.empty());

    private record Held(Object identity, HttpClient client) {}

    /** What to ask. A {@code file} is sent as the body in place of the bytes. */
    public record Call(
            String method, String pathAndQuery, Map<String, List<String>> headers, byte[] body, Optional<Path> file) {

        public Call(String method, String pathAndQuery, Map<String, List<String>> headers, byte[] body) {
            this(method, pathAndQuery, headers, body, Optional.empty());
        }

        private HttpRequest.BodyPublisher publisher() throws IOException {
            if (file.isPresent()) {
                return HttpRequest.BodyPublishers.ofFile(file.get());
            }
            return body.length == 0
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body);
        }

        public static Call get(String pathAndQuery) {
            return new Call("GET", pathAndQuery, Map.of(), new byte[0]);
        }

        public static Call put(String pathAndQuery, byte[] body) {
            return new Call("PUT", pathAndQuery, Map.of("Content-Type", List.of("application/json")), body);
        }
    }

    private AgentCalls(Supplier<Object> identity, KeyManager[] keys, TrustManager trust, SharedKey sharedKey) {
        this.sharedKey = sharedKey;
        this.identity = identity;
        this.keys = keys;
        this.trust = trust;
    }

    /** Of an agent that has a certificate. */
    public static AgentCalls of(AgentTls tls) {
        return of(tls, new SharedKey(Optional.empty()));
    }

    /** Of one that shows every server that it knows the key. */
    public static AgentCalls of(AgentTls tls, SharedKey sharedKey) {
        return new AgentCalls(tls::credentials, new KeyManager[] {tls.keys()}, tls.trust(AgentRole.SERVER), sharedKey);
    }

    /** Of a server that asks the agents of nodes, which may be servers themselves. */
    public static AgentCalls toNodes(AgentTls tls, SharedKey sharedKey) {
        return new AgentCalls(
                tls::credentials,
                new KeyManager[] {tls.keys()},
                tls.trust(AgentRole.CLIENT, AgentRole.SERVER),
                sharedKey);
    }

    /** Of a server that asks those of another region. */
    public static AgentCalls toRegion(AgentTls tls, String region) {
        return new AgentCalls(
                tls::credentials,
                new KeyManager[] {tls.keys()},
                tls.trustRegion(region),
                new SharedKey(Optional.empty()));
    }

    /** Of a server that asks others before it knows which region they are of. */
    public static AgentCalls toAnyRegion(AgentTls tls, SharedKey sharedKey) {
        return new AgentCalls(tls::credentials, new KeyManager[] {tls.keys()}, tls.trustAnyRegion(), sharedKey);
    }

    /** Of one that has none yet, and knows the authority by the fingerprint in its token. */
    public static AgentCalls ofStranger(AgentNames names, JoinSecret secret) {
        return ofStranger(names, secret, new SharedKey(Optional.empty()));
    }

    /** The same of a server that shows that it knows the key. */
    public static AgentCalls ofStranger(AgentNames names, JoinSecret secret, SharedKey sharedKey) {
        var nobody = new Object();
        return new AgentCalls(() -> nobody, new KeyManager[0], new FingerprintTrust(names, secret, false), sharedKey);
    }

    /** Of a server of another region than those it asks, which knows their authority by the fingerprint in a token. */
    public static AgentCalls ofForeigner(AgentNames names, JoinSecret secret) {
        var nobody = new Object();
        return new AgentCalls(
                () -> nobody,
                new KeyManager[0],
                new FingerprintTrust(names, secret, true),
                new SharedKey(Optional.empty()));
    }

    /**
     * Sends a request and gives the answer, whose body is read while it arrives and must be closed. Fails, in words for an
     * operator, when the server cannot be reached or is not one of this cluster.
     *
     * @param headOnlyWithin how long the head of the answer may take
     */
    public HttpResponse<InputStream> send(HostPort server, Call call, Duration headOnlyWithin)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("https://" + server + legal(call.pathAndQuery())))
                .timeout(headOnlyWithin)
                .method(call.method(), call.publisher());
        sharedKey.proof().ifPresent(proof -> request.setHeader(SharedKey.HEADER, proof));
        call.headers().forEach((name, values) -> {
            if (!OF_THE_CONNECTION.contains(name.toLowerCase(java.util.Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
            }
        });
        try {
            return client().send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (SSLException refused) {
            throw distrust(server, refused);
        } catch (HttpConnectTimeoutException | ConnectException unreachable) {
            throw new UnreachableException(server, unreachable);
        } catch (HttpTimeoutException slow) {
            throw new IOException(
                    "the agent at " + server + " did not answer within " + headOnlyWithin.toSeconds() + " s", slow);
        }
    }

    /**
     * Asks to go on as a WebSocket. Fails with {@link TurnedDownException} when the other agent answers something else.
     */
    public AgentTalk talk(HostPort server, Call call) throws IOException, InterruptedException {
        var talk = new AgentTalk();
        var opening = client().newWebSocketBuilder().connectTimeout(TALK_WITHIN);
        sharedKey.proof().ifPresent(proof -> opening.header(SharedKey.HEADER, proof));
        call.headers().forEach((name, values) -> {
            String lower = name.toLowerCase(java.util.Locale.ROOT);
            if (!OF_THE_CONNECTION.contains(lower) && !lower.startsWith("sec-websocket-")) {
                values.forEach(value -> opening.header(name, value));
            }
        });
        try {
            talk.opened(opening.buildAsync(URI.create("wss://" + server + legal(call.pathAndQuery())), talk)
                    .get());
            return talk;
        } catch (ExecutionException failed) {
            throw whyNoTalk(server, failed.getCause());
        }
    }

    private static IOException whyNoTalk(HostPort server, @Nullable Throwable cause) {
        return switch (cause) {
            case WebSocketHandshakeException other -> new TurnedDownException(other.getResponse());
            case SSLException refused -> distrust(server, refused);
            case HttpTimeoutException unreachable -> new UnreachableException(server, unreachable);
            case ConnectException unreachable -> new UnreachableException(server, unreachable);
            case null, default -> new IOException("the agent at " + server + " broke off: " + cause, cause);
        };
    }

    private static SSLException distrust(HostPort server, SSLException refused) {
        return new SSLException(
                "the agent at " + server + " cannot be trusted or does not trust this agent: "
                        + TlsContexts.reason(refused),
                refused);
    }

    /** The other agent did not want a WebSocket and said why. */
    public static final class TurnedDownException extends IOException {
        private static final long serialVersionUID = 1;

        private final int status;
        private final String text;

        TurnedDownException(HttpResponse<?> response) {
            super("the other agent answered " + response.statusCode());
            status = response.statusCode();
            text = response.body() == null ? "" : String.valueOf(response.body());
        }

        public int status() {
            return status;
        }

        /** What it said; empty when that is not known. */
        public String text() {
            return text;
        }
    }

    /** People write characters into addresses that do not belong there, and servers are used to it. */
    private static String legal(String pathAndQuery) {
        var text = new StringBuilder(pathAndQuery.length());
        for (byte each : pathAndQuery.getBytes(StandardCharsets.UTF_8)) {
            char letter = (char) (each & 0xff);
            if (letter > ' ' && letter < 0x7f && "\"<>\\^`{|}[]".indexOf(letter) < 0) {
                text.append(letter);
            } else {
                text.append(String.format("%%%02X", (int) letter));
            }
        }
        return text.toString();
    }

    /** A whole answer. */
    public record Answer(int status, Map<String, List<String>> headers, byte[] body) {
        public boolean isGood() {
            return status / 100 == 2;
        }

        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        /** The first value of a header. */
        public Optional<String> header(String name) {
            return headers.entrySet().stream()
                    .filter(header -> header.getKey().equalsIgnoreCase(name))
                    .flatMap(header -> header.getValue().stream())
                    .findFirst();
        }
    }

    /** As {@link #send}, with the whole body. */
    public Answer ask(HostPort server, Call call, Duration within) throws IOException, InterruptedException {
        var response = send(server, call, within);
        try (var body = response.body()) {
            return new Answer(
                    response.statusCode(), new TreeMap<>(response.headers().map()), body.readAllBytes());
        }
    }

    /** Nothing was sent: nobody took the connection. */
    public static final class UnreachableException extends IOException {
        private static final long serialVersionUID = 1;

        UnreachableException(HostPort server, IOException cause) {
            super(
                    "the agent at " + server + " cannot be reached"
                            + (cause.getMessage() == null ? "" : ": " + cause.getMessage()),
                    cause);
        }
    }

    private HttpClient client() throws IOException {
        var present = identity.get();
        var now = held.get();
        if (now.isPresent() && now.get().identity == present) {
            return now.get().client;
        }
        synchronized (this) {
            var again = held.get();
            if (again.isPresent() && again.get().identity == present) {
                return again.get().client;
            }
            var made = make();
            held.set(Optional.of(new Held(present, made)));
            // what is under way on the older one goes on
            again.ifPresent(older -> older.client.shutdown());
            return made;
        }
    }

    private HttpClient make() throws IOException {
        try {
            var context = SSLContext.getInstance("TLSv1.3");
            context.init(keys, new TrustManager[] {trust}, null);
            context.getClientSessionContext().setSessionTimeout(SESSION_SECONDS);
            var parameters = new SSLParameters();
            parameters.setProtocols(new String[] {"TLSv1.3"});
            return HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .executor(work -> scope.startVirtual("exchange", work))
                    .sslContext(context)
                    .sslParameters(parameters)
                    .build();
        } catch (GeneralSecurityException missing) {
            throw new IOException("this Java has no TLS 1.3", missing);
        }
    }

    /** Breaks off what is under way. Idempotent. */
    @Override
    public void close() {
        held.getAndSet(Optional.empty()).ifPresent(it -> it.client.shutdownNow());
        scope.close();
    }
}
