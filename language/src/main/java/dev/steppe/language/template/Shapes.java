package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;

/** The values that answers to queries have: records with the fields that templates name. */
public final class Shapes {
    private static final double WHOLE_MAX = 1L << 53;

    private Shapes() {}

    /** An instance of a service with the health of its checks: one of the answer to {@link Query.Service}. */
    public record Instance(
            String node,
            String nodeId,
            String nodeAddress,
            SortedMap<String, String> nodeMeta,
            String address,
            String id,
            String name,
            List<String> tags,
            String status,
            int port,
            SortedMap<String, String> meta,
            List<Check> checks) {}

    /** A check of an instance. */
    public record Check(String id, String name, String status, String output, String node, String service) {}

    /** An instance in the scheduler's listing: one of the answer to {@link Query.NomadService}. */
    public record NomadInstance(
            String id,
            String name,
            String node,
            String address,
            int port,
            String datacenter,
            List<String> tags,
            String job,
            String allocation) {}

    /** A key with its value: one of the answer to {@link Query.Keys}. */
    public record Pair(
            String path, String value, long created, long modified, long locked, long flags, String session) {}

    /** Where and when a variable was written: one of the answer to {@link Query.Variables}. */
    public record VariableOrigin(
            String namespace, String path, long createIndex, long modifyIndex, Instant created, Instant modified) {}

    private static SequencedMap<String, Datum> fields() {
        return new LinkedHashMap<>();
    }

    private static Datum.Structure structure(
            String type, SequencedMap<String, Datum> fields, SortedMap<String, Datum.Method> methods, String printed) {
        return new Datum.Structure(type, Collections.unmodifiableSequencedMap(fields), methods, Optional.of(printed));
    }

    private static SortedMap<String, Datum.Method> method(String name, Datum.Method method) {
        var methods = new TreeMap<String, Datum.Method>();
        methods.put(name, method);
        return methods;
    }

    /** Tags in order, which know whether they contain one. */
    static Datum tags(List<String> tags) {
        var sorted = tags.stream().sorted().toList();
        return new Datum.Sequence(Datum.texts(sorted).elements(), method("Contains", arguments -> {
            if (arguments.size() != 1 || Arguments.text(arguments.getFirst()).isEmpty()) {
                throw new FunctionException("it takes one tag");
            }
            return Datum.of(sorted.contains(Arguments.text(arguments.getFirst()).get()));
        }));
    }

    public static Datum instance(Instance it) {
        var fields = fields();
        fields.put("Node", Datum.of(it.node()));
        fields.put("NodeID", Datum.of(it.nodeId()));
        fields.put("NodeAddress", Datum.of(it.nodeAddress()));
        fields.put("NodeTaggedAddresses", Datum.textTable(lan(it.nodeAddress())));
        fields.put("NodeMeta", Datum.textTable(it.nodeMeta()));
        fields.put("ServiceMeta", Datum.textTable(it.meta()));
        fields.put("Address", Datum.of(it.address()));
        fields.put("ServiceTaggedAddresses", Datum.table(Collections.emptySortedMap()));
        fields.put("ID", Datum.of(it.id()));
        fields.put("Name", Datum.of(it.name()));
        fields.put("Tags", tags(it.tags()));
        var checks = new ArrayList<Datum>();
        it.checks().forEach(check -> checks.add(check(check)));
        fields.put("Checks", Datum.of(checks));
        fields.put("Status", Datum.of(it.status()));
        fields.put("Port", Datum.of((long) it.port()));
        var weights = fields();
        weights.put("Passing", Datum.of(1L));
        weights.put("Warning", Datum.of(1L));
        fields.put("Weights", Datum.structure("AgentWeights", weights));
        return Datum.structure("HealthService", fields);
    }

    private static SortedMap<String, String> lan(String address) {
        var addresses = new TreeMap<String, String>();
        addresses.put("lan", address);
        addresses.put("wan", address);
        return addresses;
    }

    private static Datum check(Check it) {
        var fields = fields();
        fields.put("Node", Datum.of(it.node()));
        fields.put("CheckID", Datum.of(it.id()));
        fields.put("Name", Datum.of(it.name()));
        fields.put("Status", Datum.of(it.status()));
        fields.put("Notes", Datum.of(""));
        fields.put("Output", Datum.of(it.output()));
        fields.put("ServiceID", Datum.of(it.service()));
        fields.put("ServiceName", Datum.of(it.service()));
        return Datum.structure("HealthCheck", fields);
    }

    /** A service's name and all its tags: one of the answers to {@link Query.Services} and {@link Query.NomadServices}. */
    public static Datum service(String name, List<String> tags) {
        var fields = fields();
        fields.put("Name", Datum.of(name));
        fields.put("Tags", tags(tags));
        return Datum.structure("CatalogSnippet", fields);
    }

    public static Datum nomadInstance(NomadInstance it) {
        var fields = fields();
        fields.put("ID", Datum.of(it.id()));
        fields.put("Name", Datum.of(it.name()));
        fields.put("Node", Datum.of(it.node()));
        fields.put("Address", Datum.of(it.address()));
        fields.put("Port", Datum.of((long) it.port()));
        fields.put("Datacenter", Datum.of(it.datacenter()));
        fields.put("Tags", tags(it.tags()));
        fields.put("JobID", Datum.of(it.job()));
        fields.put("AllocID", Datum.of(it.allocation()));
        return Datum.structure("NomadService", fields);
    }

    public static Datum pair(Pair it) {
        return pair(it.path(), it);
    }

    private static Datum pair(String key, Pair it) {
        var fields = fields();
        fields.put("Path", Datum.of(it.path()));
        fields.put("Key", Datum.of(key));
        fields.put("Value", Datum.of(it.value()));
        fields.put("CreateIndex", Datum.of(it.created()));
        fields.put("ModifyIndex", Datum.of(it.modified()));
        fields.put("LockIndex", Datum.of(it.locked()));
        fields.put("Flags", Datum.of(it.flags()));
        fields.put("Session", Datum.of(it.session()));
        return structure("KeyPair", fields, Collections.emptySortedMap(), it.value());
    }

    /** The same pair under a key of its own. */
    static Datum renamed(Datum.Structure pair, String key) {
        var fields = new LinkedHashMap<>(pair.fields());
        fields.put("Key", Datum.of(key));
        return new Datum.Structure(pair.type(), fields, pair.methods(), pair.printed());
    }

    public static Datum variableOrigin(VariableOrigin it) {
        var fields = fields();
        fields.put("Namespace", Datum.of(it.namespace()));
        fields.put("Path", Datum.of(it.path()));
        fields.put("CreateIndex", Datum.of(it.createIndex()));
        fields.put("ModifyIndex", Datum.of(it.modifyIndex()));
        fields.put("CreateTime", Datum.of(it.created().toString()));
        fields.put("ModifyTime", Datum.of(it.modified().toString()));
        return structure("NomadVarMeta", fields, Collections.emptySortedMap(), it.path());
    }

    /** A variable: the answer to {@link Query.Variable}. A map of its items, each of which knows where it is from. */
    public static Datum variable(VariableOrigin origin, SortedMap<String, String> texts) {
        Datum meta = variableOrigin(origin);
        var parent = new LinkedHashMap<String, Datum>(((Datum.Structure) meta).fields());
        parent.put("Items", Datum.textTable(texts));
        Datum whole = Datum.structure("NomadVariable", parent);
        var items = new TreeMap<String, Datum>();
        texts.forEach((key, value) -> items.put(key, item(key, value, meta, whole)));
        var methods = new TreeMap<String, Datum.Method>();
        methods.put("Keys", arguments -> Datum.texts(List.copyOf(texts.keySet())));
        methods.put("Values", arguments -> Datum.texts(List.copyOf(texts.values())));
        methods.put("Tuples", arguments -> Datum.of(List.copyOf(items.values())));
        methods.put("Items", arguments -> Datum.textTable(texts));
        methods.put("Metadata", arguments -> meta);
        methods.put("Parent", arguments -> whole);
        return Datum.table(items, item("", "", meta, whole), methods);
    }

    private static Datum item(String key, String value, Datum meta, Datum parent) {
        var fields = fields();
        fields.put("Key", Datum.of(key));
        fields.put("Value", Datum.of(value));
        var methods = new TreeMap<String, Datum.Method>();
        methods.put("Metadata", arguments -> meta);
        methods.put("Parent", arguments -> parent);
        return structure("NomadVarItem", fields, methods, value);
    }

    /** A secret: the answer to {@link Query.Secret}, as its store tells it in JSON. Numbers are whole where they can be. */
    public static Datum secret(String json) throws FunctionException {
        return JsonText.read(json) instanceof Datum.Table table ? secret(table.entries()) : Datum.nil();
    }

    private static Datum secret(Map<String, Datum> answer) {
        var fields = fields();
        fields.put("LeaseID", answer.getOrDefault("lease_id", Datum.of("")));
        fields.put("LeaseDuration", whole(answer.getOrDefault("lease_duration", Datum.of(0L))));
        fields.put("Renewable", answer.getOrDefault("renewable", Datum.of(false)));
        var data = answer.get("data");
        fields.put("Data", data instanceof Datum.Table ? whole(data) : Datum.table(Collections.emptySortedMap()));
        return Datum.structure("Secret", fields);
    }

    private static Datum whole(Datum value) {
        if (value instanceof Datum.Real(double number) && number == Math.rint(number) && Math.abs(number) < WHOLE_MAX) {
            return Datum.of((long) number);
        }
        if (value instanceof Datum.Table table) {
            var entries = new TreeMap<String, Datum>();
            table.entries().forEach((key, element) -> entries.put(key, whole(element)));
            return Datum.table(entries);
        }
        return value instanceof Datum.Sequence sequence
                ? Datum.of(sequence.elements().stream().map(Shapes::whole).toList())
                : value;
    }
}
