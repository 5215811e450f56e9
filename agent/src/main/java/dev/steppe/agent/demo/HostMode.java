package dev.steppe.agent.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Rewrites a job for a machine where allocations cannot have networks of their own: it uses the machine's network, its
 * ports become fixed ones, one instance of each group runs, and upstream ports give way to ports that are taken.
 */
final class HostMode {
    private static final int HIGHEST_PORT = 65_535;

    private final TreeSet<Integer> taken;

    /** The ports that are taken already. */
    HostMode(List<Integer> taken) {
        this.taken = new TreeSet<>(taken);
    }

    /** The rewritten job, in the API's shape. */
    Map<String, Object> rewrite(Map<String, Object> job) {
        return field(
                job,
                "TaskGroups",
                group -> field(
                        field(with(group, "Count", 1L), "Networks", HostMode::network),
                        "Services",
                        service -> inside(service, List.of("Connect", "SidecarService", "Proxy"), this::upstreams)));
    }

    private static Map<String, Object> network(Map<String, Object> network) {
        var fixed = new ArrayList<Object>();
        if (network.get("ReservedPorts") instanceof List<?> ports) {
            Calls.maps(ports).forEach(port -> fixed.add(with(port, "To", 0L)));
        }
        if (network.get("DynamicPorts") instanceof List<?> ports) {
            Calls.maps(ports)
                    .forEach(port -> fixed.add(with(with(port, "Value", port.getOrDefault("To", 0L)), "To", 0L)));
        }
        return with(with(with(network, "Mode", "host"), "ReservedPorts", fixed), "DynamicPorts", List.of());
    }

    private Map<String, Object> upstreams(Map<String, Object> proxy) {
        return field(proxy, "Upstreams", upstream -> {
            int port = ((Number) upstream.getOrDefault("LocalBindPort", 0L)).intValue();
            while (!taken.add(port) && port < HIGHEST_PORT) {
                port++;
            }
            return with(upstream, "LocalBindPort", (long) port);
        });
    }

    /** Changes one of an object's fields. */
    private interface Change {
        Map<String, Object> of(Map<String, Object> before);
    }

    private static Map<String, Object> with(Map<String, Object> object, String name, Object value) {
        var changed = new TreeMap<>(object);
        changed.put(name, value);
        return changed;
    }

    /** Changes each element of a list field; nothing when there is none. */
    private static Map<String, Object> field(Map<String, Object> object, String name, Change change) {
        return object.get(name) instanceof List<?> list
                ? with(object, name, Calls.maps(list).stream().map(change::of).toList())
                : object;
    }

    /** Changes the object at the end of a path; nothing when the path does not lead there. */
    private static Map<String, Object> inside(Map<String, Object> object, List<String> path, Change change) {
        if (path.isEmpty()) {
            return change.of(object);
        }
        var next = object.get(path.getFirst());
        return next instanceof Map<?, ?>
                ? with(object, path.getFirst(), inside(Calls.map(next), path.subList(1, path.size()), change))
                : object;
    }
}
