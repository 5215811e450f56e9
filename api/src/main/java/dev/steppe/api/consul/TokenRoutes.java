package dev.steppe.api.consul;

import dev.steppe.api.AgentIdentity;
import dev.steppe.api.Region;
import dev.steppe.api.TokenRequests;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.api.http.ShownToken;
import dev.steppe.model.AccessToken;
import dev.steppe.security.Secret;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The token that may do everything, in this dialect. */
final class TokenRoutes {
    private static final String MANAGEMENT = "00000000-0000-0000-0000-000000000001";

    private final TokenRequests tokens;

    TokenRoutes(Region region, AgentIdentity identity) {
        this.tokens = new TokenRequests(region, identity);
    }

    List<Route> routes() {
        return List.of(
                Route.write("/v1/acl/bootstrap", Right.FIRST_TOKEN, this::bootstrap),
                Route.get("/v1/acl/token/self", Right.READ_TOKENS, this::self));
    }

    private Response bootstrap(Request request) throws Refused, IOException, InterruptedException {
        try {
            var made = tokens.make(request);
            return Reads.json(shape(made.token(), made.secret()));
        } catch (Refused refused) {
            throw new Refused(
                    refused.kind(),
                    refused.text()
                            .replace(
                                    "ACL bootstrap already done",
                                    "Permission denied: ACL bootstrap no longer allowed"));
        }
    }

    private Response self(Request request) throws Refused {
        tokens.requireAccessControl();
        var token = tokens.shown(request).orElseThrow(() -> Refused.notFound("token does not exist: ACL not found"));
        return Reads.json(shape(token, ShownToken.of(request).orElseThrow()));
    }

    private static Map<String, Object> shape(AccessToken token, Secret secret) {
        var shape = Shapes.fields();
        shape.put("AccessorID", token.accessorId());
        shape.put("SecretID", secret.revealText());
        shape.put("Description", token.name());
        shape.put("Policies", List.of(Map.of("ID", MANAGEMENT, "Name", "global-management")));
        shape.put("Local", false);
        shape.put("CreateTime", token.createTime().toString());
        shape.put("CreateIndex", token.createIndex());
        shape.put("ModifyIndex", token.createIndex());
        return shape;
    }
}
