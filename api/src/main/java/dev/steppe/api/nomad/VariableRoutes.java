package dev.steppe.api.nomad;

import dev.steppe.api.Region;
import dev.steppe.api.RegionData.Indexed;
import dev.steppe.api.http.Answer;
import dev.steppe.api.http.BlockingRead;
import dev.steppe.api.http.Bytes;
import dev.steppe.api.http.Dialect;
import dev.steppe.api.http.Headers;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.api.http.WaitTerms;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.model.codec.GoDuration;
import dev.steppe.model.data.Variable;
import dev.steppe.model.data.VariableItems;
import dev.steppe.model.data.VariableKey;
import dev.steppe.server.VariableEndpoint.Outcome;
import dev.steppe.server.VariableEndpoint.Terms;
import dev.steppe.state.Interest;
import dev.steppe.state.Table;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;

/** Variables: read, listed, written, locked. */
final class VariableRoutes {
    private static final Right READ = new Right.OneVariable(Right.Access.READ, "path");
    private static final Right WRITE = new Right.OneVariable(Right.Access.WRITE, "path");
    private static final List<String> LOCK_OPERATIONS = List.of("lock-acquire", "lock-release", "lock-renew");
    private static final Duration LOCK_TIME = Duration.ofSeconds(15);

    private final Region region;
    private final Reads reads;

    VariableRoutes(Region region) {
        this.region = region;
        this.reads = new Reads(region);
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/vars", Right.LIST_VARIABLES, this::list),
                Route.get("/v1/var/{path...}", READ, this::read),
                Route.write("/v1/var/{path...}", WRITE, this::write),
                Route.delete("/v1/var/{path...}", WRITE, this::delete));
    }

    private static VariableKey key(Request request) {
        return new VariableKey(Listing.namespace(request), request.name("path"));
    }

    private Answer list(Request request) throws Refused, IOException, InterruptedException {
        return reads.list(
                request,
                (snapshot, listing) -> {
                    // a filter sees what a list shows, and nothing of what is sealed
                    var found = new ArrayList<SortedMap<String, Object>>();
                    for (var variable : snapshot.variables()) {
                        if (listing.shows(
                                variable.key().namespace(), variable.key().path())) {
                            found.add(about(variable));
                        }
                    }
                    return listing.page(found, about -> about.get("Namespace") + "." + about.get("Path"));
                },
                Table.VARIABLES);
    }

    /** Wakes for changes of this variable only. */
    private Answer read(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        var key = key(request);
        var interest = new Interest.OneVariable(key);
        BlockingRead read = () -> {
            var snapshot = region.snapshot();
            long index = interest.index(snapshot);
            return new BlockingRead.Reading(index, region.changeAfter(index, List.of(interest)), () -> {
                var found = snapshot.variable(key);
                return found.isPresent()
                        ? reads.response(shape(found.get()), index)
                        : Dialect.NOMAD.stamp(
                                Response.text(404, "variable not found"),
                                new Dialect.ReadState(index, true, Duration.ZERO));
            });
        };
        return read.under(WaitTerms.of(request.query(), Dialect.NOMAD, ThreadLocalRandom.current()));
    }

    private static SortedMap<String, Object> about(Variable variable) {
        var shape = new TreeMap<String, Object>();
        shape.put("Namespace", variable.key().namespace());
        shape.put("Path", variable.key().path());
        shape.put("CreateIndex", variable.createIndex());
        shape.put("ModifyIndex", variable.modifyIndex());
        shape.put("CreateTime", nanos(variable.createTime()));
        shape.put("ModifyTime", nanos(variable.modifyTime()));
        return shape;
    }

    private static long nanos(Instant time) {
        return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L), time.getNano());
    }

    private SortedMap<String, Object> shape(Variable variable) throws IOException {
        var shape = about(variable);
        shape.put("Items", region.data().open(variable).values());
        return shape;
    }

    /** Only who holds the lock is shown its id: it is what allows to write. */
    private SortedMap<String, Object> shapeForHolder(Variable variable) throws IOException {
        var shape = shape(variable);
        variable.lock().ifPresent(lock -> {
            var lockShape = new TreeMap<String, Object>();
            lockShape.put("ID", lock.id());
            lockShape.put("TTL", GoDuration.format(lock.ttl()));
            lockShape.put("LockDelay", GoDuration.format(lock.delay()));
            shape.put("Lock", lockShape);
        });
        return shape;
    }

    private Response write(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        var key = key(request);
        var body = JobBodies.object(request.requiredBody());
        checkSame("Path", body, key.path());
        if (request.query().text("namespace").isPresent()) {
            checkSame("Namespace", body, key.namespace());
        }
        var there = body.get("Namespace") instanceof String namespace && !namespace.isEmpty()
                ? new VariableKey(namespace, key.path())
                : key;
        var operations = LOCK_OPERATIONS.stream()
                .filter(name -> request.query().first(name).isPresent())
                .toList();
        if (operations.isEmpty()) {
            return put(request, there, body);
        }
        if (operations.size() > 1 || request.query().first("cas").isPresent()) {
            throw Refused.invalid("a lock operation excludes other lock operations and cas; send one of them");
        }
        return lock(operations.getFirst(), there, body);
    }

    private static void checkSame(String field, Map<String, Object> body, String given) throws Refused {
        if (body.get(field) instanceof String text && !text.isEmpty() && !text.equals(given)) {
            throw Refused.invalid(field + " in the request is \"" + given + "\" and in the body \"" + text
                    + "\"; leave it out of the body");
        }
    }

    private Response put(Request request, VariableKey key, Map<String, Object> body)
            throws Refused, IOException, InterruptedException {
        var items = items(body).orElse(new VariableItems(Collections.emptySortedMap()));
        var terms = new Terms(checkIndex(request), text(lockOf(body), "ID"));
        var written = asInvalid(() -> region.data().put(key, items, terms));
        return answer(key, written, true);
    }

    private Response lock(String operation, VariableKey key, Map<String, Object> body)
            throws Refused, IOException, InterruptedException {
        var lock = lockOf(body);
        var id = text(lock, "ID");
        var items = items(body).filter(it -> !it.values().isEmpty());
        var ttl = duration(lock, "TTL");
        var delay = duration(lock, "LockDelay");
        return answer(
                key,
                asInvalid(() -> switch (operation) {
                    case "lock-acquire" -> region.data().acquire(key, items, id, ttl, delay);
                    case "lock-release" -> region.data().release(key, id);
                    default -> region.data().renew(key, id);
                }),
                !operation.equals("lock-renew"));
    }

    private Response delete(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        var key = key(request);
        var terms =
                new Terms(checkIndex(request), request.query().text("lock-id").orElse(""));
        var deleted = asInvalid(() -> region.data().delete(key, terms));
        return deleted.value() instanceof Outcome.Conflict
                ? answer(key, deleted, true)
                : new Response(204, Headers.none(), Bytes.empty())
                        .with("X-Nomad-Index", Long.toString(deleted.index()));
    }

    /** A write of one route. */
    private interface Write {
        Indexed<Outcome> go() throws Refused, IOException, InterruptedException;
    }

    /** What is wrong with a variable is told as a 400, not as the 500 that breaking a rule of a job is. */
    private static Indexed<Outcome> asInvalid(Write write) throws Refused, IOException, InterruptedException {
        try {
            return write.go();
        } catch (Refused refused) {
            throw refused.kind() == Refused.Kind.RULE_BROKEN ? Refused.invalid(refused.text()) : refused;
        }
    }

    private Response answer(VariableKey key, Indexed<Outcome> outcome, boolean withItems) throws IOException {
        return switch (outcome.value()) {
            case Outcome.Written(var variable) -> {
                var shape = variable.isPresent()
                        ? (withItems ? shapeForHolder(variable.get()) : about(variable.get()))
                        : new TreeMap<String, Object>();
                yield reads.written(shape, outcome.index());
            }
            case Outcome.Conflict(var current, var reason) -> {
                var shape = current.isPresent() ? shape(current.get()) : absent(key);
                yield Response.json(409, Bytes.wrap(Codec.toJsonBytes(shape, false)))
                        .with("X-Nomad-Index", Long.toString(outcome.index()));
            }
        };
    }

    private static SortedMap<String, Object> absent(VariableKey key) {
        var shape = new TreeMap<String, Object>();
        shape.put("Namespace", key.namespace());
        shape.put("Path", key.path());
        for (var name : List.of("CreateIndex", "ModifyIndex", "CreateTime", "ModifyTime")) {
            shape.put(name, 0L);
        }
        shape.put("Items", Optional.empty());
        return shape;
    }

    private static Optional<Long> checkIndex(Request request) throws Refused {
        var text = request.query().first("cas");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            var number = new BigInteger(text.get());
            if (number.signum() >= 0 && number.bitLength() <= 63) {
                return Optional.of(number.longValue());
            }
        } catch (NumberFormatException notANumber) {
            // refused below
        }
        throw Refused.invalid("can not parse cas: \"" + text.get() + "\" is not an index");
    }

    private static Optional<VariableItems> items(Map<String, Object> body) throws Refused {
        if (!(body.get("Items") instanceof Map<?, ?> given)) {
            return Optional.empty();
        }
        var items = new TreeMap<String, String>();
        for (var item : given.entrySet()) {
            if (!(item.getValue() instanceof String text)) {
                throw Refused.invalid("the item \"" + item.getKey() + "\" is not text; put it in quotes");
            }
            items.put(String.valueOf(item.getKey()), text);
        }
        return Optional.of(new VariableItems(items));
    }

    private static Map<?, ?> lockOf(Map<String, Object> body) {
        return body.get("Lock") instanceof Map<?, ?> lock ? lock : new TreeMap<String, Object>();
    }

    private static String text(Map<?, ?> fields, String name) {
        return fields.get(name) instanceof String text ? text : "";
    }

    private static Duration duration(Map<?, ?> lock, String name) throws Refused {
        var text = text(lock, name);
        try {
            return text.isEmpty() ? LOCK_TIME : GoDuration.parse(text);
        } catch (CodecException wrong) {
            throw Refused.invalid("Lock." + name + ": \"" + text + "\" is not a duration such as 15s");
        }
    }
}
