package dev.steppe.api;

import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.ShownToken;
import dev.steppe.model.AccessToken;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.security.Secret;
import dev.steppe.security.access.AccessSecret;
import dev.steppe.server.AccessEndpoint;
import java.io.IOException;
import java.util.Optional;

/** What callers of either dialect ask about tokens. The server that leads answers what makes one. */
public record TokenRequests(Region region, AgentIdentity identity) {

    /** What somebody who makes a token may say: a secret of their own. */
    record Body(String bootstrapSecret) {}

    /** Makes the first token, or one more for whoever holds one. */
    public AccessEndpoint.Made make(Request request) throws Refused, IOException, InterruptedException {
        requireAccessControl();
        boolean vouched = shown(request).isPresent();
        return region.operator()
                .makeAccessToken(new AccessEndpoint.Wish(
                        vouched ? "Management Token" : "Bootstrap Token", chosen(request), vouched));
    }

    /** The token that the caller shows. */
    public Optional<AccessToken> shown(Request request) {
        return ShownToken.of(request).map(AccessSecret::digestOf).flatMap(region.snapshot()::accessToken);
    }

    /** Without access control nobody is asked for a token, and none is made. */
    public void requireAccessControl() throws Refused {
        if (!identity.accessControl()) {
            throw Refused.invalid("ACL support disabled");
        }
    }

    private static Optional<Secret> chosen(Request request) throws Refused {
        if (request.body().isEmpty()) {
            return Optional.empty();
        }
        try {
            var secret = Codec.fromJson(Body.class, request.body().toArray()).bootstrapSecret();
            if (!secret.isEmpty() && !secret.matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")) {
                throw Refused.invalid("BootstrapSecret must be a random UUID");
            }
            return secret.isEmpty() ? Optional.empty() : Optional.of(Secret.ofText(secret));
        } catch (CodecException wrong) {
            // what it says may hold the secret
            throw Refused.invalid("the body must be {\"BootstrapSecret\": \"<a random UUID>\"}, or empty");
        }
    }
}
