package dev.steppe.api.http;

import dev.steppe.security.Secret;
import java.util.Optional;

/** The token with which a caller says who it is, in the words of either dialect. */
public final class ShownToken {
    private static final String BEARER = "Bearer ";

    private ShownToken() {}

    /** Empty when the caller shows none. */
    public static Optional<Secret> of(Request request) {
        return request.header("X-Nomad-Token")
                .or(() -> request.header("X-Consul-Token"))
                .or(() -> request.header("Authorization")
                        .filter(text -> text.startsWith(BEARER))
                        .map(text -> text.substring(BEARER.length())))
                .or(() -> request.query().first("token"))
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .map(Secret::ofText);
    }
}
