package dev.steppe.state;

import dev.steppe.model.NodeDevice;
import dev.steppe.model.NodeSpec;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What conditions can ask of a node, without what is unique to it. Nodes with the same text are alike for every condition that
 * asks for nothing unique, so one answer holds for all of them.
 */
final class NodeKind {
    private static final String UNIQUE = "unique.";

    private NodeKind() {}

    static String of(NodeSpec node) {
        var kind = new TreeMap<String, String>();
        kind.put("datacenter", node.datacenter());
        kind.put("class", node.nodeClass());
        kind.put("pool", node.nodePool());
        put(kind, "attr.", node.attributes());
        put(kind, "meta.", node.meta());
        node.drivers()
                .forEach((name, driver) -> kind.put(
                        "driver." + name,
                        driver.detected() + " " + driver.healthy() + " " + driver.healthDescription()));
        node.hostVolumes().forEach((name, volume) -> kind.put("volume." + name, String.valueOf(volume.readOnly())));
        node.hostNetworks().forEach((name, network) -> kind.put("network." + name, ""));
        node.capacity().devices().forEach(device -> {
            long healthy = device.instances().stream()
                    .filter(NodeDevice.Instance::healthy)
                    .count();
            kind.merge("device." + device.label(), healthy + " " + device.attributes(), (one, other) -> one + other);
        });
        return kind.toString();
    }

    private static void put(SortedMap<String, String> kind, String prefix, SortedMap<String, String> values) {
        values.forEach((name, value) -> {
            if (!name.startsWith(UNIQUE)) {
                kind.put(prefix + name, value);
            }
        });
    }
}
