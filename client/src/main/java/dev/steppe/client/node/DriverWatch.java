package dev.steppe.client.node;

import dev.steppe.client.driver.Driver;
import dev.steppe.io.Loop;
import dev.steppe.model.DriverInfo;
import dev.steppe.model.NodeSpec;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Asks the drivers again and again what they can do, and tells when that changed: an engine was started or has gone. For
 * its loop; the drivers are asked away from it.
 */
public final class DriverWatch {
    private static final System.Logger LOG = System.getLogger(DriverWatch.class.getName());

    private final Loop loop;
    private final Duration every;
    private volatile List<Driver> drivers;
    private volatile NodeSpec node;

    public DriverWatch(Loop loop, Duration every, List<Driver> drivers, NodeSpec first) {
        this.loop = loop;
        this.every = every;
        this.drivers = List.copyOf(drivers);
        this.node = first;
    }

    /** {@code changed} is called on the loop with the whole node. */
    public void start(Consumer<NodeSpec> changed) {
        loop.after(every, () -> look(changed));
    }

    /** The node as it was seen last. From any thread. */
    public NodeSpec node() {
        return node;
    }

    /** From now on these drivers are asked, and this is the node. From any thread. */
    public void follow(List<Driver> others, NodeSpec now) {
        drivers = List.copyOf(others);
        node = now;
    }

    private void look(Consumer<NodeSpec> changed) {
        loop.offload("drivers", () -> Fingerprint.drivers(drivers, Instant.now()), outcome -> {
            switch (outcome) {
                case Loop.Outcome.Done<SortedMap<String, DriverInfo>> done -> seen(done.value(), changed);
                case Loop.Outcome.Failed<SortedMap<String, DriverInfo>> failed ->
                    LOG.log(
                            Level.WARNING,
                            "drivers not asked reason=" + failed.reason().getMessage());
            }
            start(changed);
        });
    }

    private void seen(SortedMap<String, DriverInfo> now, Consumer<NodeSpec> changed) {
        var merged = new TreeMap<String, DriverInfo>();
        var attributes = new TreeMap<>(node.attributes());
        now.forEach((name, info) -> {
            var before = node.drivers().get(name);
            boolean same = before != null && info.equals(at(before, info.updateTime()));
            merged.put(name, same ? before : info);
            if (!same) {
                LOG.log(
                        Level.INFO,
                        "driver changed driver=" + name + " detected=" + info.detected() + " healthy=" + info.healthy()
                                + " reason=" + info.healthDescription());
                if (before != null) {
                    attributes.keySet().removeAll(before.attributes().keySet());
                }
            }
            if (info.detected()) {
                attributes.putAll(info.attributes());
            }
        });
        if (!merged.equals(node.drivers())) {
            node = node.with(Collections.unmodifiableSortedMap(attributes), Collections.unmodifiableSortedMap(merged));
            changed.accept(node);
        }
    }

    private static DriverInfo at(DriverInfo info, Instant time) {
        return new DriverInfo(info.attributes(), info.detected(), info.healthy(), info.healthDescription(), time);
    }
}
