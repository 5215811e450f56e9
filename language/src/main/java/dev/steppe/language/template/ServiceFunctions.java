package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Functions that sort what services and keys give. */
final class ServiceFunctions {
    private ServiceFunctions() {}

    static void define(FunctionSet.Group group) {
        group.add("byKey", "PAIRS", "keys grouped by their first part: a map of maps", ServiceFunctions::byKey)
                .add("byTag", "SERVICES", "services by each of their tags", ServiceFunctions::byTag)
                .add("byPort", "SERVICES", "services by their port", ServiceFunctions::byPort)
                .add(
                        "byMeta",
                        "KEYS SERVICES",
                        "services by values of their metadata, \"key1,key2|int\"",
                        ServiceFunctions::byMeta)
                .add(
                        "explode",
                        "PAIRS",
                        "keys as nested maps, one level for each part between slashes",
                        ServiceFunctions::explode);
    }

    private static Datum byKey(Arguments arguments) throws FunctionException {
        var groups = new TreeMap<String, TreeMap<String, Datum>>();
        for (Datum element : arguments.list(0)) {
            String key = ClusterFunctions.field(element, "Key");
            int slash = key.indexOf('/');
            if (slash >= 0 && element instanceof Datum.Structure pair) {
                String rest = key.substring(slash + 1);
                groups.computeIfAbsent(key.substring(0, slash), it -> new TreeMap<>())
                        .put(rest, Shapes.renamed(pair, rest));
            }
        }
        var tables = new TreeMap<String, Datum>();
        groups.forEach((name, pairs) -> tables.put(name, Datum.table(pairs)));
        return Datum.table(tables);
    }

    private static Datum lists(TreeMap<String, List<Datum>> groups) {
        var lists = new TreeMap<String, Datum>();
        groups.forEach((name, services) -> lists.put(name, Datum.of(services)));
        return Datum.table(lists);
    }

    private static Datum byTag(Arguments arguments) throws FunctionException {
        var groups = new TreeMap<String, List<Datum>>();
        for (Datum service : arguments.list(0)) {
            if (service instanceof Datum.Structure structure
                    && structure.fields().get("Tags") instanceof Datum.Sequence tags) {
                for (Datum tag : tags.elements()) {
                    groups.computeIfAbsent(Printing.plain(tag), it -> new ArrayList<>())
                            .add(service);
                }
            }
        }
        return lists(groups);
    }

    private static Datum byPort(Arguments arguments) throws FunctionException {
        var groups = new TreeMap<Long, List<Datum>>();
        for (Datum service : arguments.list(0)) {
            if (service instanceof Datum.Structure structure
                    && structure.fields().get("Port") instanceof Datum.Whole(long port)) {
                groups.computeIfAbsent(port, it -> new ArrayList<>()).add(service);
            }
        }
        var lists = new TreeMap<Long, Datum>();
        groups.forEach((port, services) -> lists.put(port, Datum.of(services)));
        return Datum.numbered(lists);
    }

    private static Datum byMeta(Arguments arguments) throws FunctionException {
        String[] keys = arguments.text(0).split(",", -1);
        var groups = new TreeMap<String, List<Datum>>();
        for (Datum service : arguments.list(1)) {
            if (service instanceof Datum.Structure structure
                    && structure.fields().get("ServiceMeta") instanceof Datum.Table meta) {
                var parts = new ArrayList<String>();
                for (String key : keys) {
                    parts.add(metaPart(key.strip(), meta));
                }
                groups.computeIfAbsent(String.join("_", parts), it -> new ArrayList<>())
                        .add(service);
            }
        }
        return lists(groups);
    }

    private static String metaPart(String key, Datum.Table meta) throws FunctionException {
        boolean number = key.endsWith("|int");
        String name = number ? key.substring(0, key.length() - "|int".length()) : key;
        String clean = name.replaceAll("[^A-Za-z0-9]", "_");
        var value = meta.get(name).map(Printing::plain);
        if (number) {
            long whole = Numbers.whole(value.orElse("0"), 10)
                    .orElseThrow(() -> new FunctionException("the value of \"" + name + "\" is no whole number"));
            return String.format("%05d", whole);
        }
        return value.map(it -> it.replaceAll("[^A-Za-z0-9]", "_")).orElse("_no_" + clean + "_");
    }

    private static Datum explode(Arguments arguments) throws FunctionException {
        var root = Datum.table(new TreeMap<>());
        for (Datum pair : arguments.list(0)) {
            insert(root, ClusterFunctions.field(pair, "Key"), Datum.of(ClusterFunctions.field(pair, "Value")));
        }
        return root;
    }

    /** Puts a value under a path of keys with slashes. */
    static void insert(Datum.Table root, String path, Datum value) throws FunctionException {
        var table = root;
        String[] parts = path.split("/", -1);
        for (int i = 0; i < parts.length - 1; i++) {
            if (table.get(parts[i]).isEmpty()) {
                table.put(parts[i], Datum.table(new TreeMap<>()));
            }
            if (!(table.get(parts[i]).orElseThrow() instanceof Datum.Table inner)) {
                throw new FunctionException(
                        "not a map: \"" + parts[i] + "\" of \"" + path + "\" has a value of its own");
            }
            table = inner;
        }
        if (!parts[parts.length - 1].isEmpty()) {
            table.put(parts[parts.length - 1], value);
        }
    }
}
