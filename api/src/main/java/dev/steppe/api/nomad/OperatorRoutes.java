package dev.steppe.api.nomad;

import dev.steppe.api.Region;
import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Headers;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.api.http.SinkStream;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** The servers' own affairs: who takes part in the log, who leads, and the whole state as a file. */
final class OperatorRoutes {
    private final Region region;
    private final Reads reads;

    OperatorRoutes(Region region) {
        this.region = region;
        this.reads = new Reads(region);
    }

    List<Route> routes() {
        return List.of(
                Route.delete("/v1/operator/raft/peer", Right.WRITE_OPERATOR, this::removePeer),
                Route.write("/v1/operator/raft/transfer-leadership", Right.WRITE_OPERATOR, this::transfer),
                Route.get("/v1/operator/snapshot", Right.WRITE_OPERATOR, this::save),
                Route.write("/v1/operator/snapshot", Right.WRITE_OPERATOR, this::restore)
                        .forFiles());
    }

    private Response removePeer(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        if (request.query().text("address").isPresent()) {
            throw Refused.invalid("a peer is removed by its id: ?id=, which operator raft list-peers shows");
        }
        var id = request.query().text("id").filter(it -> !it.isEmpty());
        if (id.isEmpty()) {
            throw Refused.invalid("Must specify ?id with the server's ID");
        }
        return Response.empty()
                .with(
                        "X-Nomad-Index",
                        Long.toString(region.operator().remove(id.get()).index()));
    }

    private Response transfer(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        var id = request.query().text("id").filter(it -> !it.isEmpty());
        var address = request.query().text("address").filter(it -> !it.isEmpty());
        if (id.isPresent() == address.isPresent()) {
            throw Refused.invalid("must specify either ?id or ?address of the server that is to lead, and not both");
        }
        var from = leader();
        var to = region.servers().stream()
                .filter(server -> id.map(server.id()::equals).orElse(false)
                        || address.map(server.address()::equals).orElse(false))
                .findFirst();
        region.operator().transfer(to.map(Region.Peer::id).or(() -> id), address);
        var reply = new TreeMap<String, Object>();
        from.ifPresent(server -> reply.put("From", place(server)));
        to.ifPresent(server -> reply.put("To", place(server)));
        reply.put("Noop", from.isPresent() && from.map(Region.Peer::id).equals(to.map(Region.Peer::id)));
        return Reads.json(reply);
    }

    private Optional<Region.Peer> leader() {
        return region.servers().stream().filter(Region.Peer::leader).findFirst();
    }

    private static Object place(Region.Peer server) {
        var place = new TreeMap<String, Object>();
        place.put("ID", server.id());
        place.put("Address", server.address());
        return place;
    }

    /** The archive is written twice, the first time for its digest: so it is nowhere in whole, however large it is. */
    private Answer save(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        var archive = region.operator().save(request.query().flag("stale"));
        var digest = Base64.getEncoder().encodeToString(archive.digest());
        var headers = Headers.of("Content-Type", "application/octet-stream")
                .with("Digest", "sha-256=" + digest)
                .with("X-Nomad-Index", Long.toString(archive.description().index()));
        return SinkStream.answer(headers, archive::write);
    }

    private Response restore(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        long index = region.operator().restore(request.requiredFile());
        return Response.empty().with("X-Nomad-Index", Long.toString(index));
    }
}
