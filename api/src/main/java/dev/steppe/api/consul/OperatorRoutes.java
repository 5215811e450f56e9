package dev.steppe.api.consul;

import dev.steppe.api.Region;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The servers' own affairs in this dialect: who takes part in the log and who leads. */
final class OperatorRoutes {
    private final Region region;

    OperatorRoutes(Region region) {
        this.region = region;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/operator/raft/configuration", Right.READ_OPERATOR, this::configuration),
                Route.write("/v1/operator/raft/transfer-leader", Right.WRITE_OPERATOR, this::transfer),
                Route.delete("/v1/operator/raft/peer", Right.WRITE_OPERATOR, this::remove));
    }

    private Response configuration(Request request) {
        var servers = new ArrayList<>();
        for (var server : region.servers()) {
            var shape = Shapes.fields();
            shape.put("ID", server.id());
            shape.put("Node", server.name());
            shape.put("Address", server.address());
            shape.put("Leader", server.leader());
            shape.put("ProtocolVersion", "3");
            shape.put("LastIndex", region.snapshot().index());
            shape.put("Voter", server.voter());
            servers.add(shape);
        }
        var reply = Shapes.fields();
        reply.put("Servers", servers);
        reply.put("Index", region.snapshot().index());
        return Reads.json(reply);
    }

    private Response transfer(Request request) throws Refused, IOException, InterruptedException {
        var id = request.query().text("id").filter(it -> !it.isEmpty());
        if (id.isEmpty()) {
            throw Refused.invalid("say which server is to lead: ?id=, as operator raft list-peers shows it");
        }
        region.operator().transfer(id, Optional.empty());
        var reply = Shapes.fields();
        reply.put("Success", true);
        return Reads.json(reply);
    }

    private Response remove(Request request) throws Refused, IOException, InterruptedException {
        var address = request.query().text("address").filter(it -> !it.isEmpty());
        var byAddress = region.servers().stream()
                .filter(server -> address.equals(Optional.of(server.address())))
                .map(Region.Peer::id)
                .findFirst();
        var id = request.query().text("id").filter(it -> !it.isEmpty()).or(() -> byAddress);
        if (id.isEmpty()) {
            throw Refused.invalid("say which server goes: ?id= or ?address=, as operator raft list-peers shows them");
        }
        region.operator().remove(id.get());
        return Response.empty();
    }
}
