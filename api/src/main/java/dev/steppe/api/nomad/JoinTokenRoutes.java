package dev.steppe.api.nomad;

import dev.steppe.api.Region;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.language.duration.DurationText;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.server.AgentEndpoint;
import dev.steppe.wire.network.AgentRole;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;

/** Tokens with which agents join; no word of the reference's. */
final class JoinTokenRoutes {
    private static final Duration USUAL_LIFE = Duration.ofHours(1);

    private final Region region;

    JoinTokenRoutes(Region region) {
        this.region = region;
    }

    /**
     * What somebody wants.
     *
     * @param ttl a duration such as {@code 1h}; empty for an hour
     * @param uses for how many agents; 0 for one
     * @param region whether another region joins instead of an agent
     */
    record Wish(boolean server, String ttl, int uses, boolean region) {}

    List<Route> routes() {
        return List.of(Route.write("/v1/agent/join-token", Right.WRITE_OPERATOR, this::make));
    }

    private Response make(Request request) throws Refused, IOException, InterruptedException {
        var wish = read(request);
        var made = region.makeJoinToken(new AgentEndpoint.TokenWish(
                wish.server() ? AgentRole.SERVER : AgentRole.CLIENT,
                life(wish),
                Math.max(1, wish.uses()),
                wish.region()));
        var address = region.servers().stream()
                .filter(Region.Peer::leader)
                .findFirst()
                .map(Region.Peer::address)
                .orElse("");
        if (address.endsWith(":0")) {
            throw new Refused(
                    Refused.Kind.UNSUPPORTED,
                    "a development agent takes no others: start one with -server and -data-dir");
        }
        var reply = new TreeMap<String, Object>();
        reply.put("Token", made.secret().text());
        reply.put("Server", made.token().server());
        reply.put("Region", made.token().region());
        reply.put("ExpirationTime", made.token().expires().toString());
        reply.put("Uses", made.token().usesLeft());
        reply.put("Address", address);
        return Reads.json(reply);
    }

    private static Wish read(Request request) throws Refused {
        try {
            return request.body().isEmpty()
                    ? new Wish(false, "", 1, false)
                    : Codec.fromJson(Wish.class, request.body().toArray());
        } catch (CodecException wrong) {
            throw Refused.invalid("the body " + wrong.getMessage());
        }
    }

    private static Duration life(Wish wish) throws Refused {
        if (wish.ttl().isEmpty()) {
            return USUAL_LIFE;
        }
        try {
            return DurationText.parse(wish.ttl());
        } catch (DurationText.InvalidDurationException wrong) {
            throw Refused.invalid("TTL \"" + wish.ttl() + "\": " + wrong.getMessage());
        }
    }
}
