package dev.steppe.api.consul;

import dev.steppe.api.AgentIdentity;
import dev.steppe.api.GossipKeys;
import dev.steppe.api.GossipKeys.Action;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.util.List;

/** The keys that servers have in common. The leader asks all servers. */
final class KeyringRoutes {
    private static final String PATH = "/v1/operator/keyring";

    private final AgentIdentity identity;

    KeyringRoutes(AgentIdentity identity) {
        this.identity = identity;
    }

    /** A key in base64. */
    record Wish(String key) {
        @Override
        public String toString() {
            return "Wish";
        }
    }

    List<Route> routes() {
        return List.of(
                Route.get(PATH, Right.WRITE_OPERATOR, request -> list()).byLeader(),
                Route.post(PATH, Right.WRITE_OPERATOR, request -> change(Action.INSTALL, request)),
                Route.put(PATH, Right.WRITE_OPERATOR, request -> change(Action.USE, request)),
                Route.delete(PATH, Right.WRITE_OPERATOR, request -> change(Action.REMOVE, request)));
    }

    private Response list() throws Refused, InterruptedException {
        var report = identity.control().keys().ask(Action.LIST, "");
        var ring = Shapes.fields();
        ring.put("WAN", false);
        ring.put("Datacenter", identity.datacenter());
        ring.put("Segment", "");
        ring.put("Messages", report.messages());
        ring.put("Keys", report.keys());
        ring.put("PrimaryKeys", report.shown());
        ring.put("NumNodes", report.servers());
        return Reads.json(List.of(ring));
    }

    private Response change(Action action, Request request) throws Refused, InterruptedException {
        try {
            var key =
                    Codec.fromJson(Wish.class, request.requiredBody().toArray()).key();
            var report = identity.control().keys().ask(action, GossipKeys.checked(key));
            if (!report.messages().isEmpty()) {
                throw new Refused(Refused.Kind.UNAVAILABLE, "not on all servers: " + report.messages());
            }
            return Response.text(200, "");
        } catch (CodecException wrong) {
            throw Refused.invalid("the body " + wrong.getMessage());
        }
    }
}
