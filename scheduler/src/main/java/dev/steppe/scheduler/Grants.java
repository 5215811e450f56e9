package dev.steppe.scheduler;

import dev.steppe.model.DriverInfo;
import dev.steppe.model.HostNetwork;
import dev.steppe.model.HostVolume;
import dev.steppe.model.JavaChoice;
import dev.steppe.model.Node;
import dev.steppe.model.NodeDevice;
import dev.steppe.model.Port;
import dev.steppe.model.PortRanges;
import dev.steppe.model.RequestedDevice;
import dev.steppe.model.Task;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.codec.RecordShape;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** What nodes lack that their operators can give them: it is given to a copy of the node, and told where nothing else is missing then. */
final class Grants {
    /** Stands for the names of the nodes. */
    private static final String NODES = "%s";

    private final TaskGroup group;
    private final Survey survey;

    Grants(Shortage shortage) {
        group = shortage.group();
        survey = shortage.survey();
    }

    List<String> all() {
        var byRemedy = new TreeMap<String, List<Node>>();
        var examined = new TreeMap<String, Integer>();
        for (Survey.Seen seen : survey.seen()) {
            if (!seen.isFiltered()) {
                continue;
            }
            var refusal = seen.refusal().orElseThrow();
            if (examined.merge(refusal.key(), 1, Integer::sum) <= Remedies.EXAMINED_MAX) {
                granted(seen.node(), refusal.key())
                        .filter(grant -> survey.refusal(grant.node()).isEmpty())
                        .ifPresent(grant -> byRemedy.computeIfAbsent(grant.remedy(), it -> new ArrayList<>())
                                .add(seen.node()));
            }
        }
        return byRemedy.entrySet().stream()
                .map(entry -> entry.getKey().replace(NODES, Remedies.named(entry.getValue())) + ": it would fit there")
                .toList();
    }

    private record Grant(Node node, String remedy) {}

    private Optional<Grant> granted(Node node, String check) {
        if (check.equals("missing drivers") || check.equals("unhealthy drivers")) {
            return Optional.of(withDrivers(node));
        }
        if (check.equals("missing Java version")) {
            return Optional.of(withJava(node));
        }
        if (check.equals("missing network")) {
            var attributes = new TreeMap<>(node.spec().attributes());
            attributes.merge("network.modes", group.network().mode(), (had, more) -> had + "," + more);
            return Optional.of(new Grant(
                    with(node, "attributes", attributes),
                    "make network mode \"" + group.network().mode()
                            + "\" possible on %s (steppe doctor --fix there says and does what is missing)"));
        }
        if (check.startsWith("missing host network")) {
            return withHostNetworks(node);
        }
        if (check.equals("missing devices")) {
            return Optional.of(withDevices(node));
        }
        return check.equals("missing compatible host volumes") ? Optional.of(withVolumes(node)) : Optional.empty();
    }

    private Grant withDrivers(Node node) {
        var drivers = new TreeMap<>(node.spec().drivers());
        var lacking = new TreeSet<String>();
        for (Task task : group.tasks()) {
            var driver = drivers.get(task.driver());
            if (driver == null || !driver.detected() || !driver.healthy()) {
                lacking.add(task.driver());
                drivers.put(task.driver(), new DriverInfo(new TreeMap<>(), true, true, "", Instant.EPOCH));
            }
        }
        return new Grant(
                with(node, "drivers", drivers),
                "make driver " + String.join(", ", lacking) + " work on %s (steppe doctor there says what is missing)");
    }

    private Grant withJava(Node node) {
        var attributes = new TreeMap<>(node.spec().attributes());
        var lacking = new TreeSet<String>();
        for (Task task : group.tasks()) {
            JavaChoice.of(task.config())
                    .filter(it -> task.driver().equals("java") && it.problem().isEmpty())
                    .filter(it -> !it.isAmong(attributes.getOrDefault(JavaChoice.ATTRIBUTE, "")))
                    .ifPresent(it -> {
                        lacking.add(it.version());
                        attributes.merge(JavaChoice.ATTRIBUTE, it.version(), (had, more) -> had + "," + more);
                    });
        }
        return new Grant(
                with(node, "attributes", attributes),
                "install Java " + String.join(", ", lacking)
                        + " on %s (docs/task-drivers.md says where it is looked for)");
    }

    private Optional<Grant> withHostNetworks(Node node) {
        var networks = new TreeMap<>(node.spec().hostNetworks());
        var lacking = new TreeSet<String>();
        for (Port port : group.network().ports()) {
            Target.resolve(port.hostNetwork(), node)
                    .filter(name -> !name.equals("default") && !networks.containsKey(name))
                    .ifPresent(name -> {
                        lacking.add(name);
                        networks.put(name, new HostNetwork(name, node.spec().address() + "/32", "", PortRanges.NONE));
                    });
        }
        return lacking.isEmpty()
                ? Optional.empty()
                : Optional.of(new Grant(
                        with(node, "hostNetworks", networks),
                        "configure client { host_network \"" + String.join("\", \"", lacking) + "\" } on %s"));
    }

    private Grant withVolumes(Node node) {
        var volumes = new TreeMap<>(node.spec().hostVolumes());
        var lacking = new TreeSet<String>();
        group.volumes().values().forEach(volume -> {
            var there = volumes.get(volume.source());
            if (there == null || there.readOnly() && !volume.readOnly()) {
                lacking.add(volume.source());
                volumes.put(volume.source(), new HostVolume(volume.source(), "/", false));
            }
        });
        return new Grant(
                with(node, "hostVolumes", volumes),
                "configure client { host_volume \"" + String.join("\", \"", lacking) + "\" } for writing on %s");
    }

    /** Devices without attributes: where a job has conditions on those, the copy does not do and nothing is told. */
    private Grant withDevices(Node node) {
        var devices = new ArrayList<>(node.spec().capacity().devices());
        var lacking = new TreeSet<String>();
        for (Task task : group.tasks()) {
            for (RequestedDevice asked : task.resources().devices()) {
                if (!new DeviceFit(asked, false).isThereAtAll(node)) {
                    lacking.add(asked.count() + " \"" + asked.name() + "\"");
                    devices.add(supposed(asked));
                }
            }
        }
        return new Grant(
                with(node, "capacity", RecordShape.with(node.spec().capacity(), "devices", List.copyOf(devices))),
                "%s with " + String.join(", ", lacking)
                        + " more (fitted in, or named by client { device }, see docs/placement.md)");
    }

    private static NodeDevice supposed(RequestedDevice asked) {
        var parts = asked.name().split("/", 3);
        var instances = new ArrayList<NodeDevice.Instance>();
        for (int i = 0; i < asked.count(); i++) {
            instances.add(new NodeDevice.Instance("supposed-" + i, true, "", Optional.empty()));
        }
        return new NodeDevice(
                parts.length > 1 ? parts[0] : "any",
                parts.length > 1 ? parts[1] : parts[0],
                parts.length > 2 ? parts[2] : "supposed",
                List.copyOf(instances),
                new TreeMap<>());
    }

    private static Node with(Node node, String component, Object value) {
        return RecordShape.with(node, "spec", RecordShape.with(node.spec(), component, value));
    }
}
