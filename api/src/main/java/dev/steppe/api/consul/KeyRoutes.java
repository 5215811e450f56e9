package dev.steppe.api.consul;

import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Bytes;
import dev.steppe.api.http.Headers;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.model.data.KeyEntry;
import dev.steppe.model.data.KeyOperation;
import dev.steppe.state.Interest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Keys with values: read, listed, written, taken and let go, deleted. Reads wait for their own keys only. */
final class KeyRoutes {
    static final int VALUE_BYTES_MAX = 512 * 1024;
    private static final Right READ = new Right.Keys(Right.Access.READ, "key");
    private static final Right WRITE = new Right.Keys(Right.Access.WRITE, "key");
    private static final List<String> CONDITIONS = List.of("cas", "acquire", "release");

    private final Reads reads;

    KeyRoutes(Reads reads) {
        this.reads = reads;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/kv", READ, request -> read(request, "")),
                Route.put("/v1/kv", WRITE, request -> {
                    throw Refused.invalid("Missing key name");
                }),
                Route.delete("/v1/kv", WRITE, request -> delete(request, "")),
                Route.get("/v1/kv/{key...}", READ, request -> read(request, request.name("key"))),
                Route.put("/v1/kv/{key...}", WRITE, request -> put(request, request.name("key"))),
                Route.delete("/v1/kv/{key...}", WRITE, request -> delete(request, request.name("key"))));
    }

    private Answer read(Request request, String key) throws Refused, IOException, InterruptedException {
        var query = request.query();
        if (query.flag("keys")) {
            var separator = query.text("separator").orElse("");
            return below(request, key, entries -> Reads.json(names(entries, key, separator)));
        }
        if (query.flag("recurse")) {
            return below(
                    request,
                    key,
                    entries -> Reads.json(
                            entries.stream().map(KeyShapes::withValue).toList()));
        }
        if (key.isEmpty()) {
            throw Refused.invalid("Missing key name");
        }
        boolean raw = query.flag("raw");
        return reads.ofInterests(
                request,
                snapshot -> {
                    var entry = snapshot.keys().get(key);
                    if (entry.isEmpty()) {
                        return absent();
                    }
                    return raw ? raw(entry.get()) : Reads.json(List.of(KeyShapes.withValue(entry.get())));
                },
                List.of(new Interest.OneKey(key)));
    }

    private interface ListView {
        Response of(List<KeyEntry> entries);
    }

    private Answer below(Request request, String prefix, ListView view)
            throws Refused, IOException, InterruptedException {
        return reads.ofInterests(
                request,
                snapshot -> {
                    var entries = snapshot.keys().under(prefix);
                    return entries.isEmpty() ? absent() : view.of(entries);
                },
                List.of(new Interest.KeysUnder(prefix)));
    }

    private static Response absent() {
        return new Response(404, Headers.none(), Bytes.empty());
    }

    /** The value is the user's: no browser is to take it for a page. */
    private static Response raw(KeyEntry entry) {
        return new Response(200, Headers.of("Content-Type", "text/plain"), Bytes.wrap(entry.value()))
                .with("X-Content-Type-Options", "nosniff")
                .with("Content-Security-Policy", "sandbox");
    }

    /** With a separator, what is behind the next one after the prefix is one name. */
    private static List<String> names(List<KeyEntry> entries, String prefix, String separator) {
        var names = new ArrayList<String>();
        for (KeyEntry entry : entries) {
            String key = entry.key();
            int cut = separator.isEmpty() ? -1 : key.indexOf(separator, prefix.length());
            String name = cut < 0 ? key : key.substring(0, cut + separator.length());
            if (names.isEmpty() || !names.getLast().equals(name)) {
                names.add(name);
            }
        }
        return names;
    }

    private Response put(Request request, String key) throws Refused, IOException, InterruptedException {
        reads.check(request);
        var given = CONDITIONS.stream()
                .filter(name -> request.query().first(name).isPresent())
                .toList();
        if (given.size() > 1) {
            throw Refused.invalid("Conflicting flags: " + String.join(", ", given));
        }
        byte[] value = request.body().toArray();
        checkSize(key, value);
        long flags = number(request, "flags").orElse(0L);
        var condition = given.isEmpty() ? "" : given.getFirst();
        var session = request.query().text(condition).orElse("");
        KeyOperation operation = switch (condition) {
            case "cas" ->
                new KeyOperation.SetAt(key, value, flags, number(request, "cas").orElse(0L));
            case "acquire" -> new KeyOperation.Acquire(key, value, flags, known(session));
            case "release" -> new KeyOperation.Release(key, value, flags, known(session));
            default -> new KeyOperation.Set(key, value, flags);
        };
        return written(operation);
    }

    static void checkSize(String key, byte[] value) throws Refused {
        if (value.length > VALUE_BYTES_MAX) {
            throw new Refused(
                    Refused.Kind.TOO_LARGE,
                    "Value for key \"" + key + "\" is too large (" + value.length + " > " + VALUE_BYTES_MAX
                            + " bytes)");
        }
    }

    private String known(String session) throws Refused {
        if (reads.region().snapshot().keys().session(session).isEmpty()) {
            throw new Refused(Refused.Kind.CONFLICT, "invalid session \"" + session + "\"");
        }
        return session;
    }

    private Response delete(Request request, String key) throws Refused, IOException, InterruptedException {
        reads.check(request);
        boolean recurse = request.query().flag("recurse");
        var index = number(request, "cas");
        if (recurse && index.isPresent()) {
            throw Refused.invalid("Conflicting flags: recurse, cas");
        }
        if (key.isEmpty() && !recurse) {
            throw Refused.invalid("Missing key name");
        }
        KeyOperation operation = recurse
                ? new KeyOperation.DeleteTree(key)
                : index.isPresent() ? new KeyOperation.DeleteAt(key, index.get()) : new KeyOperation.Delete(key);
        return written(operation);
    }

    private Response written(KeyOperation operation) throws Refused, IOException, InterruptedException {
        var outcome = reads.region().data().transact(List.of(operation));
        return Reads.json(outcome.value().succeeded());
    }

    private static Optional<Long> number(Request request, String name) throws Refused {
        var text = request.query().first(name);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Long.parseUnsignedLong(text.get()));
        } catch (NumberFormatException notANumber) {
            throw Refused.invalid("Invalid " + name + ": \"" + text.get() + "\" is not a whole number of 64 bits");
        }
    }
}
