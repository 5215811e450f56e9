package dev.steppe.api.nomad;

import dev.steppe.api.AgentIdentity;
import dev.steppe.api.Region;
import dev.steppe.api.TokenRequests;
import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.api.http.ShownToken;
import dev.steppe.model.AccessToken;
import dev.steppe.security.Secret;
import dev.steppe.state.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Tokens that may do everything; there are no others yet. */
final class TokenRoutes {
    private final Region region;
    private final TokenRequests tokens;
    private final Reads reads;

    TokenRoutes(Region region, AgentIdentity identity) {
        this.region = region;
        this.tokens = new TokenRequests(region, identity);
        this.reads = new Reads(region);
    }

    List<Route> routes() {
        return List.of(
                Route.write("/v1/acl/bootstrap", Right.FIRST_TOKEN, this::bootstrap),
                Route.get("/v1/acl/tokens", Right.READ_TOKENS, this::list),
                Route.get("/v1/acl/token/self", Right.READ_TOKENS, this::self),
                Route.delete("/v1/acl/token/{accessor}", Right.WRITE_TOKENS, this::delete));
    }

    private Response bootstrap(Request request) throws Refused, IOException, InterruptedException {
        try {
            var made = tokens.make(request);
            return Reads.json(shape(made.token(), Optional.of(made.secret())));
        } catch (Refused refused) {
            throw refused.kind() == Refused.Kind.FORBIDDEN ? Refused.invalid(refused.text()) : refused;
        }
    }

    private Answer list(Request request) throws Refused, IOException, InterruptedException {
        tokens.requireAccessControl();
        return reads.answer(
                request,
                snapshot -> new Reads.Result(snapshot.index(Table.ACCESS_TOKENS), () -> {
                    var all = new ArrayList<Map<String, Object>>();
                    snapshot.accessTokens().forEach(token -> all.add(shape(token, Optional.empty())));
                    return all;
                }),
                Table.ACCESS_TOKENS);
    }

    private Response self(Request request) throws Refused {
        tokens.requireAccessControl();
        var token = tokens.shown(request).orElseThrow(() -> Refused.notFound("ACL token not found"));
        return Reads.json(shape(token, ShownToken.of(request)));
    }

    private Response delete(Request request) throws Refused, IOException, InterruptedException {
        tokens.requireAccessControl();
        region.operator().deleteAccessToken(request.name("accessor"));
        return Response.empty();
    }

    private static Map<String, Object> shape(AccessToken token, Optional<Secret> secret) {
        var shape = new TreeMap<String, Object>();
        shape.put("AccessorID", token.accessorId());
        secret.ifPresent(it -> shape.put("SecretID", it.revealText()));
        shape.put("Name", token.name());
        shape.put("Type", "management");
        shape.put("Global", true);
        shape.put("Policies", List.of());
        shape.put("Roles", List.of());
        shape.put("CreateTime", token.createTime().toString());
        shape.put("CreateIndex", token.createIndex());
        shape.put("ModifyIndex", token.createIndex());
        return shape;
    }
}
