package dev.steppe.state;

import dev.steppe.model.NodeDevice;
import dev.steppe.model.NodeSpec;
import java.util.List;
import java.util.TreeMap;

/**
 * What conditions can ask of a node, without what is a node's own. Nodes with the same text are alike for every condition that
 * asks for nothing of that, so one answer holds for all of them.
 */
public final class NodeKind {
    private static final String UNIQUE = "unique.";

    /** Measured by each machine: two of one make seldom say quite the same, and few conditions ask. */
    private static final List<String> MEASURED = List.of("cpu.frequency", "cpu.totalcompute", "memory.totalbytes");

    private NodeKind() {}

    /** True for an attribute that may have another value on each node, however alike they are. */
    public static boolean isOwn(String attribute) {
        return attribute.startsWith(UNIQUE) || MEASURED.contains(attribute);
    }

    static String of(NodeSpec node) {
        var kind = new TreeMap<String, String>();
        kind.put("datacenter", node.datacenter());
        kind.put("class", node.nodeClass());
        kind.put("pool", node.nodePool());
        node.attributes().forEach((name, value) -> {
            if (!isOwn(name)) {
                kind.put("attr." + name, value);
            }
        });
        node.meta().forEach((name, value) -> {
            if (!name.startsWith(UNIQUE)) {
                kind.put("meta." + name, value);
            }
        });
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
}
