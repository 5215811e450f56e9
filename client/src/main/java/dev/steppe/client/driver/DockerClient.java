package dev.steppe.client.driver;

import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URLEncoder;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The few requests to a Docker daemon that tasks need. Blocking; refusals of the daemon become exceptions that quote it. */
final class DockerClient {
    private static final byte[] NOTHING = new byte[0];
    private static final SortedMap<String, String> JSON = headers("application/json");
    private static final SortedMap<String, String> TAR = headers("application/x-tar");
    private static final int SWITCHED = 101;
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int NOT_MODIFIED = 304;
    private static final int CONFLICT = 409;
    private static final int MESSAGE_MAX = 4096;

    private final UnixHttp http;

    DockerClient(Path socket) {
        this.http = new UnixHttp(socket);
    }

    /** The daemon refused a request. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;
        private final int status;

        Refused(int status, String message) {
            super(message);
            this.status = status;
        }

        /** What was asked about does not exist. */
        boolean isUnknown() {
            return status == NOT_FOUND;
        }

        boolean isClientsFault() {
            return status >= 400 && status < 500;
        }
    }

    String version() throws IOException {
        return Json.text(Json.read(require("GET", "/version", NOTHING)), "Version");
    }

    /** What the daemon says of itself. */
    Object about() throws IOException {
        return Json.read(require("GET", "/info", NOTHING));
    }

    boolean hasImage(String image) throws IOException {
        return imageId(image).isPresent();
    }

    /** The id of an image on this machine; empty when it is not here. */
    Optional<String> imageId(String image) throws IOException {
        var answer = send("GET", "/images/" + encode(image) + "/json", NOTHING);
        return answer.status() == NOT_FOUND
                ? Optional.empty()
                : Optional.of(Json.text(Json.read(check("inspect", answer)), "Id"));
    }

    /**
     * Pulls an image and tells each report of progress. The registry's credentials are sent to the daemon only. Whoever is
     * given the connection may close it to end the pull.
     */
    void pull(
            String image,
            SortedMap<String, String> credentials,
            Consumer<SocketChannel> connected,
            Consumer<Object> progress)
            throws IOException {
        int slash = image.lastIndexOf('/');
        boolean versioned = image.indexOf(':', slash + 1) >= 0 || image.contains("@");
        var target = "/images/create?fromImage=" + encode(image) + (versioned ? "" : "&tag=latest");
        var headers = new TreeMap<>(JSON);
        if (!credentials.isEmpty()) {
            headers.put(
                    "X-Registry-Auth", Base64.getUrlEncoder().encodeToString(Codec.toJsonBytes(credentials, false)));
        }
        try (var streamed = http.openPatiently("POST", target, headers, connected)) {
            progress(streamed, progress);
        }
    }

    /** Makes an image from the bytes of a tar archive, with Dockerfile instructions. */
    void importImage(String repository, String tag, List<String> changes, byte[] tar) throws IOException {
        var target = new StringBuilder("/images/create?fromSrc=-&repo=" + encode(repository) + "&tag=" + encode(tag));
        changes.forEach(change -> target.append("&changes=").append(encode(change)));
        try (var streamed = http.open("POST", target.toString(), TAR, tar)) {
            progress(streamed, line -> {});
        }
    }

    /** Loads an archive made by {@code docker save} and answers what the daemon says of it. */
    String load(Path archive) throws IOException {
        var said = new StringBuilder();
        try (var streamed = http.upload("POST", "/images/load?quiet=1", TAR, archive)) {
            progress(streamed, line -> said.append(Json.text(line, "stream")));
        }
        return said.toString().strip();
    }

    /** Makes a container and answers its id. */
    String create(String name, Map<String, Object> definition) throws IOException {
        var answer = require("POST", "/containers/create?name=" + encode(name), Codec.toJsonBytes(definition, false));
        return Json.text(Json.read(answer), "Id");
    }

    void start(String id) throws IOException {
        require("POST", "/containers/" + id + "/start", NOTHING);
    }

    /** Lets a container run on these processors only; one that is gone is left alone. */
    void pin(String id, String processors) throws IOException {
        var answer = send(
                "POST",
                "/containers/" + encode(id) + "/update",
                Codec.toJsonBytes(Map.of("CpusetCpus", processors), false));
        if (answer.status() != NOT_FOUND && answer.status() != CONFLICT) {
            check("update", answer);
        }
    }

    /** What the daemon knows of a container; empty when it knows none. */
    Optional<Object> inspect(String idOrName) throws IOException {
        var answer = send("GET", "/containers/" + encode(idOrName) + "/json", NOTHING);
        return answer.status() == NOT_FOUND ? Optional.empty() : Optional.of(Json.read(check("inspect", answer)));
    }

    /** Returns when the container does not run (any more). */
    void awaitEnd(String id) throws IOException {
        require("POST", "/containers/" + id + "/wait?condition=not-running", NOTHING);
    }

    /** Signals the container's first process; false when it does not run. */
    boolean signal(String id, String signal) throws IOException {
        var answer = send("POST", "/containers/" + id + "/kill?signal=" + encode(signal), NOTHING);
        if (answer.status() == CONFLICT || answer.status() == NOT_FOUND) {
            return false;
        }
        check("kill", answer);
        return true;
    }

    /** Removes a container, running or not, with its anonymous volumes. Idempotent. */
    void remove(String id) throws IOException {
        var answer = send("DELETE", "/containers/" + encode(id) + "?force=1&v=1", NOTHING);
        if (answer.status() != NOT_FOUND && answer.status() != CONFLICT) {
            check("remove", answer);
        }
    }

    /** Removes an image or its name; false when a container uses it. Idempotent. */
    boolean removeImage(String image) throws IOException {
        var answer = send("DELETE", "/images/" + encode(image), NOTHING);
        if (answer.status() == CONFLICT) {
            return false;
        }
        if (answer.status() != NOT_FOUND) {
            check("remove", answer);
        }
        return true;
    }

    /** Ids and labels of all containers that have the label with the value. */
    List<?> list(String label, String value) throws IOException {
        var filters = Codec.toJson(Map.of("label", List.of(label + "=" + value)));
        return Json.list(Json.read(require("GET", "/containers/json?all=1&filters=" + encode(filters), NOTHING)));
    }

    Object usage(String id) throws IOException {
        return Json.read(require("GET", "/containers/" + id + "/stats?stream=0&one-shot=1", NOTHING));
    }

    /** The output since a time in seconds with a fraction, each entry with its time, followed until the container ends. */
    UnixHttp.Streamed follow(String id, String since) throws IOException {
        var streamed = http.open(
                "GET",
                "/containers/" + id + "/logs?follow=1&stdout=1&stderr=1&timestamps=1&since=" + encode(since),
                JSON,
                NOTHING);
        if (streamed.status() != OK) {
            try (streamed) {
                var said = new String(streamed.body().readNBytes(MESSAGE_MAX), StandardCharsets.UTF_8);
                throw new Refused(streamed.status(), "logs of container " + id + ": " + message(said));
            }
        }
        return streamed;
    }

    /** Prepares a command inside a running container and answers its id. */
    String createCommand(String id, List<String> command, boolean terminal) throws IOException {
        var definition = Map.of(
                "AttachStdin", true,
                "AttachStdout", true,
                "AttachStderr", true,
                "Tty", terminal,
                "Cmd", command);
        var answer = require("POST", "/containers/" + id + "/exec", Codec.toJsonBytes(definition, false));
        return Json.text(Json.read(answer), "Id");
    }

    /** Starts a prepared command; the connection is its input and output from then on. */
    UnixHttp.Streamed startCommand(String command, boolean terminal) throws IOException {
        var content = Codec.toJsonBytes(Map.of("Detach", false, "Tty", terminal), false);
        var streamed = http.upgrade("POST", "/exec/" + command + "/start", JSON, content);
        if (streamed.status() != SWITCHED && streamed.status() != OK) {
            try (streamed) {
                throw new Refused(streamed.status(), "docker refused the command: status " + streamed.status());
            }
        }
        return streamed;
    }

    /** What the daemon knows of a command. */
    Object inspectCommand(String command) throws IOException {
        return Json.read(require("GET", "/exec/" + command + "/json", NOTHING));
    }

    void resizeCommand(String command, int rows, int columns) throws IOException {
        require("POST", "/exec/" + command + "/resize?h=" + rows + "&w=" + columns, NOTHING);
    }

    /** Reads reports of progress, one JSON object a line, of which one may be a failure. */
    private static void progress(UnixHttp.Streamed streamed, Consumer<Object> each) throws IOException {
        try (var lines = new BufferedReader(new InputStreamReader(streamed.body(), StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (streamed.status() >= 400 || line.contains("\"errorDetail\"")) {
                    throw new Refused(streamed.status(), message(line));
                }
                each.accept(Json.read(line.getBytes(StandardCharsets.UTF_8)));
            }
        }
    }

    private byte[] require(String method, String target, byte[] content) throws IOException {
        return check(method + " " + target.split("\\?", 2)[0], send(method, target, content));
    }

    private UnixHttp.Answer send(String method, String target, byte[] content) throws IOException {
        return http.send(method, target, JSON, content);
    }

    private static byte[] check(String what, UnixHttp.Answer answer) throws Refused {
        if (answer.status() >= 400 && answer.status() != NOT_MODIFIED) {
            throw new Refused(answer.status(), "docker refused " + what + ": " + message(answer.text()));
        }
        return answer.body();
    }

    private static String message(String json) {
        try {
            var value = Codec.fromJson(Object.class, json);
            var message = Json.text(value, "message");
            return message.isEmpty() ? Json.text(value, "error") : message;
        } catch (CodecException plain) {
            return json;
        }
    }

    private static SortedMap<String, String> headers(String contentType) {
        return Collections.unmodifiableSortedMap(new TreeMap<>(Map.of("Content-Type", contentType)));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Looking into JSON whose shape another program decides: what is missing is empty. */
    static final class Json {
        private Json() {}

        static Object read(byte[] json) throws IOException {
            try {
                return Codec.fromJson(Object.class, json);
            } catch (CodecException malformed) {
                throw new IOException(
                        "docker answered something that is not JSON: " + malformed.getMessage(), malformed);
            }
        }

        static Optional<Object> at(Object value, String... path) {
            Object current = value;
            for (String name : path) {
                var next = current instanceof Map<?, ?> map ? map.get(name) : null;
                if (next == null) {
                    return Optional.empty();
                }
                current = next;
            }
            return Optional.of(current);
        }

        static String text(Object value, String... path) {
            return at(value, path).map(Object::toString).orElse("");
        }

        static long number(Object value, String... path) {
            return at(value, path)
                    .map(found -> found instanceof Number number ? number.longValue() : 0L)
                    .orElse(0L);
        }

        static boolean flag(Object value, String... path) {
            return text(value, path).equals("true");
        }

        static List<?> list(Object value) {
            return value instanceof List<?> list ? list : List.of();
        }
    }
}
