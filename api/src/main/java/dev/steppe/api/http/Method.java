package dev.steppe.api.http;

import java.util.Optional;

/** The request methods a route can name. */
public enum Method {
    GET,
    HEAD,
    PUT,
    POST,
    DELETE,
    OPTIONS;

    /** The method of this exact (upper case) name, empty when no route could have it. */
    static Optional<Method> named(String name) {
        for (var method : values()) {
            if (method.name().equals(name)) {
                return Optional.of(method);
            }
        }
        return Optional.empty();
    }
}
