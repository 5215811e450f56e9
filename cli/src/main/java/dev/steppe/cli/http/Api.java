package dev.steppe.cli.http;

import dev.steppe.cli.json.Json;
import dev.steppe.cli.json.JsonReader;
import dev.steppe.cli.json.JsonSyntaxException;
import dev.steppe.cli.json.JsonWriter;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLException;

/**
 * One dialect of one agent. Each call opens a connection, sends one request and reads the answer; a status other than 2xx is an
 * {@link ApiException} with the agent's own words. Blocking; for use by one thread.
 */
public final class Api {
    private static final int ANSWER_TIMEOUT_MILLIS = 60_000;
    /** As long as servers take for a state of gigabytes. */
    private static final int FILE_TIMEOUT_MILLIS = 30 * 60_000;

    private static final int SWITCHED = 101;
    private static final int HURRIED_MAX = 50;
    private static final long HURRIED_NANOS = 500_000_000L;

    private final Target target;
    private final Dialect dialect;
    private final String token;
    private final Map<String, String> parameters;
    private int hurried;

    /** The two dialects differ, for a client, in the names of three headers and in the variable that holds the address. */
    public enum Dialect {
        NOMAD("X-Nomad-Token", "X-Nomad-Index", "NOMAD_ADDR"),
        CONSUL("X-Consul-Token", "X-Consul-Index", "CONSUL_HTTP_ADDR");

        private final String tokenHeader;
        private final String indexHeader;
        private final String addressVariable;

        Dialect(String tokenHeader, String indexHeader, String addressVariable) {
            this.tokenHeader = tokenHeader;
            this.indexHeader = indexHeader;
            this.addressVariable = addressVariable;
        }
    }

    /** Parameters are added to each request that does not name them itself. */
    public Api(Target target, Dialect dialect, String token, Map<String, String> parameters) {
        this.target = target;
        this.dialect = dialect;
        this.token = token;
        this.parameters = new LinkedHashMap<>(parameters);
    }

    /** Where the agent is, as the user wrote it. */
    public String address() {
        return target.shown();
    }

    public Reply get(String path, Query query) throws ApiException {
        return exchange("GET", path, query, "");
    }

    /**
     * Reads again once the agent has something newer than an earlier answer, or after the given time. The agent does the
     * waiting; one that keeps answering at once without news is refused, so that no command ever asks in a tight loop.
     */
    public Reply next(String path, Query query, Reply earlier, long waitSeconds) throws ApiException {
        var asked = System.nanoTime();
        var reply = get(path, query.after(Math.max(1, earlier.index()), waitSeconds));
        var news = reply.index() != earlier.index() || System.nanoTime() - asked > HURRIED_NANOS;
        hurried = news ? 0 : hurried + 1;
        if (hurried > HURRIED_MAX) {
            throw new ApiException("the agent at " + target.shown() + " answers reads that should wait at once (" + path
                    + "); it cannot be followed, look at its state instead");
        }
        return reply;
    }

    public Reply put(String path, Query query, Json body) throws ApiException {
        return exchange("PUT", path, query, JsonWriter.compact(body));
    }

    public Reply post(String path, Query query, Json body) throws ApiException {
        return exchange("POST", path, query, JsonWriter.compact(body));
    }

    /** Writes bytes as they are. */
    public Reply putBytes(String path, Query query, byte[] content) throws ApiException {
        return exchange("PUT", path, query, content);
    }

    /** Writes a file as it is, however large, and waits long for what comes of it. */
    public Reply putFile(String path, Query query, Path file) throws ApiException, IOException {
        var head = head("PUT", path, query, Files.size(file));
        return exchange(head, to -> Files.copy(file, to), FILE_TIMEOUT_MILLIS);
    }

    public Reply delete(String path, Query query) throws ApiException {
        return exchange("DELETE", path, query, "");
    }

    /** Deletes what the body names. */
    public Reply delete(String path, Query query, Json body) throws ApiException {
        return exchange("DELETE", path, query, JsonWriter.compact(body));
    }

    /** Opens an answer that may never end, such as a followed log. The caller closes the stream. */
    public InputStream stream(String path, Query query) throws ApiException {
        try {
            var exchange = Exchange.open(target, head("GET", path, query, 0), new byte[0], 0);
            try {
                refuseFailure(exchange);
            } catch (ApiException failed) {
                exchange.close();
                throw failed;
            }
            return new FilterInputStream(exchange.body()) {
                @Override
                public void close() throws IOException {
                    exchange.close();
                }
            };
        } catch (IOException failed) {
            throw unreachable(failed);
        }
    }

    /** Opens a WebSocket. The caller closes it. */
    public WebSocket webSocket(String path, Query query) throws ApiException {
        try {
            var key = WebSocket.newKey();
            var head = head("GET", path, query, 0)
                    .replace(
                            "Connection: close\r\n",
                            "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + "\r\n");
            var exchange = Exchange.open(target, head, new byte[0], 0);
            try {
                if (exchange.status() != SWITCHED) {
                    refuseFailure(exchange);
                }
                return WebSocket.over(exchange, key);
            } catch (ApiException | IOException failed) {
                exchange.close();
                throw failed;
            }
        } catch (IOException failed) {
            throw unreachable(failed);
        }
    }

    private Reply exchange(String method, String path, Query query, String content) throws ApiException {
        return exchange(method, path, query, content.getBytes(StandardCharsets.UTF_8));
    }

    private Reply exchange(String method, String path, Query query, byte[] bytes) throws ApiException {
        var timeoutMillis = ANSWER_TIMEOUT_MILLIS + (int) query.waitSeconds() * 1_100;
        return exchange(head(method, path, query, bytes.length), to -> to.write(bytes), timeoutMillis);
    }

    private Reply exchange(String head, Exchange.Content content, int timeoutMillis) throws ApiException {
        try (var exchange = Exchange.open(target, head, content, timeoutMillis)) {
            refuseFailure(exchange);
            var text = new String(exchange.bodyBytes(), StandardCharsets.UTF_8);
            return new Reply(
                    read(text),
                    index(exchange.header(dialect.indexHeader)),
                    exchange.header("X-Nomad-NextToken").strip());
        } catch (IOException failed) {
            throw unreachable(failed);
        }
    }

    private String head(String method, String path, Query query, long contentBytes) {
        for (var parameter : parameters.entrySet()) {
            if (!query.names(parameter.getKey())) {
                query.and(parameter.getKey(), parameter.getValue());
            }
        }
        var head = new StringBuilder()
                .append(method + " " + path + query + " HTTP/1.1\r\n")
                .append("Host: " + target.authority() + "\r\n")
                .append("User-Agent: steppe\r\nAccept: application/json\r\nConnection: close\r\n");
        if (!token.isEmpty()) {
            head.append(dialect.tokenHeader + ": " + token + "\r\n");
        }
        if (contentBytes > 0) {
            head.append("Content-Type: application/json\r\n");
        }
        if (contentBytes > 0 || !method.equals("GET")) {
            head.append("Content-Length: " + contentBytes + "\r\n");
        }
        return head.append("\r\n").toString();
    }

    private static void refuseFailure(Exchange exchange) throws ApiException, IOException {
        if (exchange.status() / 100 != 2) {
            throw new ApiException(exchange.status(), new String(exchange.bodyBytes(), StandardCharsets.UTF_8).strip());
        }
    }

    private static Json read(String text) throws ApiException {
        if (text.isBlank()) {
            return new Json.Null();
        }
        try {
            return JsonReader.read(text);
        } catch (JsonSyntaxException wrong) {
            throw new ApiException("the agent's answer is " + wrong.getMessage(), wrong);
        }
    }

    private static long index(String header) {
        try {
            return header.isEmpty() ? 0 : Long.parseLong(header);
        } catch (NumberFormatException notDigits) {
            return 0;
        }
    }

    private ApiException unreachable(IOException failed) {
        var where = "the agent at " + target.shown();
        if (failed instanceof UnknownHostException) {
            return new ApiException("cannot find " + where + ": no such host", failed);
        }
        if (failed instanceof SocketTimeoutException) {
            return new ApiException(where + " did not answer in time (" + failed.getMessage() + ")", failed);
        }
        if (failed instanceof ConnectException || target.isUnix()) {
            return new ApiException(
                    "cannot reach " + where + " (" + failed.getMessage() + "). Start one with 'steppe agent -dev', or "
                            + "name another with " + dialect.addressVariable + " or the address flag",
                    failed);
        }
        if (failed instanceof SSLException untrusted) {
            return new ApiException("no secure connection to " + where + ": " + TlsFailure.later(untrusted), failed);
        }
        if (failed instanceof SocketException
                && target.secured().isPresent()
                && target.secured().get().certificateFile().isEmpty()) {
            return new ApiException(
                    "no secure connection to " + where + ": it was closed (" + failed.getMessage()
                            + "). An agent that wants certificates of its callers does so: name one with -client-cert and"
                            + " -client-key",
                    failed);
        }
        return new ApiException("lost " + where + ": " + failed.getMessage(), failed);
    }
}
