package dev.steppe.api.nomad;

import dev.steppe.api.Region;
import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.model.data.DataKey;
import dev.steppe.state.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** The keys that seal variables: listed, rotated, removed. Never shown. */
final class KeyringRoutes {
    private final Region region;
    private final Reads reads;

    KeyringRoutes(Region region) {
        this.region = region;
        this.reads = new Reads(region);
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/operator/keyring/keys", Right.READ_OPERATOR, this::keys),
                Route.write("/v1/operator/keyring/rotate", Right.WRITE_OPERATOR, this::rotate),
                Route.delete("/v1/operator/keyring/key/{id}", Right.WRITE_OPERATOR, this::remove));
    }

    private Answer keys(Request request) throws Refused, IOException, InterruptedException {
        return reads.answer(
                request,
                snapshot -> new Reads.Result(snapshot.index(Table.DATA_KEYS), () -> {
                    var shapes = new ArrayList<Object>();
                    snapshot.dataKeys().forEach(key -> shapes.add(shape(key)));
                    return shapes;
                }),
                Table.DATA_KEYS);
    }

    private static Object shape(DataKey key) {
        var shape = new TreeMap<String, Object>();
        shape.put("KeyID", key.id());
        shape.put("Algorithm", "aes256-gcm");
        shape.put("State", key.state().name().toLowerCase(Locale.ROOT));
        shape.put(
                "CreateTime",
                key.createTime().getEpochSecond() * 1_000_000_000L
                        + key.createTime().getNano());
        shape.put("CreateIndex", key.createIndex());
        shape.put("ModifyIndex", key.modifyIndex());
        shape.put("PublishTime", 0L);
        return shape;
    }

    private Response rotate(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        var algorithm = request.query().text("algo").orElse("aes256-gcm");
        if (!algorithm.equals("aes256-gcm")) {
            throw Refused.invalid("invalid algorithm \"" + algorithm + "\": use aes256-gcm");
        }
        if (request.query().number("publish_time", 0) != 0) {
            throw Refused.unsupported("publish_time is not supported: a new key seals at once, leave it out");
        }
        var made = region.data().rotate(request.query().flag("full"));
        var reply = new TreeMap<String, Object>();
        reply.put("Key", shape(made.value()));
        reply.put("Index", made.index());
        return reads.written(reply, made.index());
    }

    private Response remove(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        long index = region.data().removeKey(request.name("id"), request.query().flag("force"));
        var reply = new TreeMap<String, Object>();
        reply.put("Index", index);
        return reads.written(reply, index);
    }
}
