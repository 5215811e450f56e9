package dev.steppe.api.http;

import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A request from outside, decoded but unchecked. {@code names} are the path parameters of the route that matched, each
 * decoded after the path was split, so a slash sent as {@code %2F} is part of its segment. {@code target} is path and
 * query as they were sent. {@code file} has the body of a request to a route for large ones, until it is answered.
 */
public record Request(
        Method method,
        String path,
        SortedMap<String, String> names,
        Query query,
        Headers headers,
        Bytes body,
        SocketAddress remote,
        String target,
        Optional<Path> file) {

    public Request {
        names = Collections.unmodifiableSortedMap(new TreeMap<>(names));
    }

    /** The value of a path parameter of the matched route. */
    public String name(String parameter) {
        var value = names.get(parameter);
        if (value == null) {
            throw new IllegalArgumentException("the route has no parameter {" + parameter + "}");
        }
        return value;
    }

    public Optional<String> header(String name) {
        return headers.first(name);
    }

    /** The body; refuses an empty one. */
    public Bytes requiredBody() throws Refused {
        if (body.isEmpty()) {
            throw Refused.invalid("Request body is empty");
        }
        return body;
    }

    /** The file with the body, of a request to a route for large ones; refuses one without a body. */
    public Path requiredFile() throws Refused {
        return file.orElseThrow(() -> Refused.invalid("Request body is empty"));
    }

    Request inFile(Path kept) {
        return new Request(method, path, names, query, headers, body, remote, target, Optional.of(kept));
    }

    /** True when the caller asked for indented JSON: {@code ?pretty} with any value except 0. */
    boolean pretty() {
        return query.first("pretty").filter(value -> !value.equals("0")).isPresent();
    }
}
