package dev.steppe.api.nomad;

import dev.steppe.api.AgentIdentity;
import dev.steppe.api.GossipKeys;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.util.List;
import java.util.TreeMap;

/** The keys that servers have in common. The leader asks all servers. */
final class GossipKeyRoutes {
    private final AgentIdentity identity;

    GossipKeyRoutes(AgentIdentity identity) {
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
                Route.get("/v1/agent/keyring/list", Right.WRITE_OPERATOR, request -> answer(GossipKeys.Action.LIST, ""))
                        .byLeader(),
                change("install", GossipKeys.Action.INSTALL),
                change("use", GossipKeys.Action.USE),
                change("remove", GossipKeys.Action.REMOVE));
    }

    private Route change(String word, GossipKeys.Action action) {
        return Route.write("/v1/agent/keyring/" + word, Right.WRITE_OPERATOR, request -> answer(action, key(request)));
    }

    private static String key(Request request) throws Refused {
        try {
            return GossipKeys.checked(
                    Codec.fromJson(Wish.class, request.requiredBody().toArray()).key());
        } catch (CodecException wrong) {
            throw Refused.invalid("the body " + wrong.getMessage());
        }
    }

    private Response answer(GossipKeys.Action action, String key) throws Refused, InterruptedException {
        var report = identity.control().keys().ask(action, key);
        var reply = new TreeMap<String, Object>();
        reply.put("Messages", report.messages());
        reply.put("Keys", report.keys());
        reply.put("PrimaryKeys", report.shown());
        reply.put("NumNodes", report.servers());
        return Reads.json(reply);
    }
}
