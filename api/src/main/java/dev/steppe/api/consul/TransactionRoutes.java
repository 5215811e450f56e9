package dev.steppe.api.consul;

import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Bytes;
import dev.steppe.api.http.Dialect;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.model.data.KeyOperation;
import dev.steppe.state.KeyOutcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Transactions on keys: several operations that happen together or not at all. */
final class TransactionRoutes {
    private static final int OPERATIONS_MAX = 128;
    private static final List<String> KINDS = List.of("KV", "Node", "Service", "Check", "Intention", "Session");

    private final Reads reads;

    TransactionRoutes(Reads reads) {
        this.reads = reads;
    }

    List<Route> routes() {
        return List.of(Route.put("/v1/txn", new Right.KeysInBody(), this::transact));
    }

    private Answer transact(Request request) throws Refused, IOException, InterruptedException {
        reads.check(request);
        if (request.body().size() > KeyRoutes.VALUE_BYTES_MAX) {
            throw new Refused(
                    Refused.Kind.TOO_LARGE,
                    "Request body(" + request.body().size() + " bytes) too large, max size: "
                            + KeyRoutes.VALUE_BYTES_MAX + " bytes");
        }
        var operations = operations(request);
        var outcome = reads.region().data().transact(operations);
        var response = Response.json(
                outcome.value().succeeded() ? 200 : 409, Bytes.wrap(Codec.toJsonBytes(shape(outcome.value()), false)));
        var fresh = reads.region().freshness();
        return operations.stream().anyMatch(KeyOperation::writes)
                ? response
                : response.with(Dialect.CONSUL.header("KnownLeader"), Boolean.toString(fresh.knownLeader()))
                        .with(
                                Dialect.CONSUL.header("LastContact"),
                                Long.toString(fresh.lastContact().toMillis()));
    }

    private static Object shape(KeyOutcome outcome) {
        var shape = Shapes.fields();
        if (outcome.succeeded()) {
            var results = new ArrayList<Object>();
            for (var result : outcome.results()) {
                var one = Shapes.fields();
                one.put(
                        "KV",
                        result.withValue()
                                ? KeyShapes.withValue(result.entry())
                                : KeyShapes.withoutValue(result.entry()));
                results.add(one);
            }
            shape.put("Results", results);
            shape.put("Errors", Optional.empty());
            return shape;
        }
        var errors = new ArrayList<Object>();
        for (var failure : outcome.failures()) {
            var one = Shapes.fields();
            one.put("OpIndex", failure.operation());
            one.put("What", failure.reason());
            errors.add(one);
        }
        shape.put("Results", Optional.empty());
        shape.put("Errors", errors);
        return shape;
    }

    private static List<KeyOperation> operations(Request request) throws Refused {
        Object body;
        try {
            body = Codec.fromJson(Object.class, request.requiredBody().text());
        } catch (CodecException malformed) {
            throw Refused.invalid("Failed to parse body: " + malformed.getMessage());
        }
        if (!(body instanceof List<?> list)) {
            throw Refused.invalid("Failed to parse body: it must be a list of operations");
        }
        if (list.size() > OPERATIONS_MAX) {
            throw new Refused(
                    Refused.Kind.TOO_LARGE,
                    "Transaction contains too many operations (" + list.size() + " > " + OPERATIONS_MAX + ")");
        }
        var operations = new ArrayList<KeyOperation>();
        for (Object item : list) {
            operations.add(operation(fields(item)));
        }
        return operations;
    }

    /** Names are taken without regard to case, as the official server does. */
    private static Map<String, Object> fields(Object item) throws Refused {
        if (!(item instanceof Map<?, ?> map)) {
            throw Refused.invalid("Failed to parse body: an operation is not an object");
        }
        var fields = new TreeMap<String, Object>(String.CASE_INSENSITIVE_ORDER);
        map.forEach((name, value) -> fields.put(String.valueOf(name), value));
        return fields;
    }

    private static KeyOperation operation(Map<String, Object> item) throws Refused {
        for (var kind : KINDS) {
            if (!kind.equals("KV") && item.containsKey(kind)) {
                throw Refused.unsupported("transactions on " + kind + " are not supported by this version of Steppe;"
                        + " the catalog follows from the jobs");
            }
        }
        if (!item.containsKey("KV")) {
            throw Refused.invalid("Failed to parse body: an operation names none of KV, Node, Service, Check");
        }
        var kv = fields(item.getOrDefault("KV", ""));
        var key = text(kv, "Key");
        var verb = text(kv, "Verb").toLowerCase(Locale.ROOT);
        if (key.isEmpty() && !verb.endsWith("-tree")) {
            throw Refused.invalid("Missing key name of a transaction's operation \"" + verb + "\"");
        }
        var value = value(kv, key);
        long flags = number(kv, "Flags");
        long index = number(kv, "Index");
        var session = text(kv, "Session");
        return switch (verb) {
            case "set" -> new KeyOperation.Set(key, value, flags);
            case "cas" -> new KeyOperation.SetAt(key, value, flags, index);
            case "lock" -> new KeyOperation.Acquire(key, value, flags, session);
            case "unlock" -> new KeyOperation.Release(key, value, flags, session);
            case "get" -> new KeyOperation.Read(key);
            case "get-or-empty" -> new KeyOperation.ReadIfThere(key);
            case "get-tree" -> new KeyOperation.ReadTree(key);
            case "check-index" -> new KeyOperation.CheckIndex(key, index);
            case "check-session" -> new KeyOperation.CheckSession(key, session);
            case "check-not-exists" -> new KeyOperation.CheckAbsent(key);
            case "delete" -> new KeyOperation.Delete(key);
            case "delete-tree" -> new KeyOperation.DeleteTree(key);
            case "delete-cas" -> new KeyOperation.DeleteAt(key, index);
            default -> throw Refused.invalid("unknown KV verb \"" + verb + "\"");
        };
    }

    private static String text(Map<String, Object> fields, String name) {
        return fields.get(name) instanceof String text ? text : "";
    }

    private static long number(Map<String, Object> fields, String name) {
        return fields.get(name) instanceof Number number ? number.longValue() : 0;
    }

    private static byte[] value(Map<String, Object> kv, String key) throws Refused {
        try {
            byte[] value = Base64.getDecoder().decode(text(kv, "Value"));
            KeyRoutes.checkSize(key, value);
            return value;
        } catch (IllegalArgumentException notBase64) {
            throw Refused.invalid("Failed to parse body: the value of key \"" + key + "\" is not base64");
        }
    }
}
