package dev.steppe.api.nomad;

import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import java.util.function.Function;

/** Turns what a caller gave into typed ids. */
final class Given {
    private Given() {}

    /** The id in the path. */
    static <T> T id(Function<String, T> type, Request request) throws Refused {
        return id(type, request.name("id"));
    }

    static <T> T id(Function<String, T> type, String text) throws Refused {
        try {
            return type.apply(text);
        } catch (IllegalArgumentException wrong) {
            throw Refused.invalid(String.valueOf(wrong.getMessage()));
        }
    }
}
