package dev.steppe.client.node;

import dev.steppe.client.settings.DeviceSettings;
import dev.steppe.model.AllocatedDevice;
import dev.steppe.model.DeviceAttribute;
import dev.steppe.model.NodeDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The devices of a node: those its configuration names, and graphics processors whose driver tells of them below
 * {@code /proc/driver/nvidia}. Says what tasks that have some are told in their environment.
 */
public final class Devices {
    private static final String IDS = "{ids}";
    /** How much of each device the task has, in whole percent. */
    private static final String PERCENT = "{percent}";

    private static final String NVIDIA = "nvidia";
    private static final String VISIBLE = "NVIDIA_VISIBLE_DEVICES";

    private final List<NodeDevice> kinds;
    private final SortedMap<String, SortedMap<String, String>> environments;

    private Devices(List<NodeDevice> kinds, SortedMap<String, SortedMap<String, String>> environments) {
        this.kinds = List.copyOf(kinds);
        this.environments = environments;
    }

    /** What is configured and what the machine has; a configured kind wins over a found one of the same ids. */
    public static Devices read(List<DeviceSettings> configured, Path root) throws IOException {
        var kinds = new ArrayList<NodeDevice>();
        var environments = new TreeMap<String, SortedMap<String, String>>();
        for (DeviceSettings settings : configured) {
            kinds.add(configured(settings));
            environments.put(settings.label(), settings.environment());
        }
        var named =
                configured.stream().flatMap(settings -> settings.ids().stream()).toList();
        for (NodeDevice found : graphics(root)) {
            if (found.instances().stream().noneMatch(instance -> named.contains(instance.id()))) {
                kinds.add(found);
                environments.put(found.label(), new TreeMap<>(java.util.Map.of(VISIBLE, IDS)));
            }
        }
        return new Devices(kinds, environments);
    }

    private static NodeDevice configured(DeviceSettings settings) {
        var attributes = new TreeMap<String, DeviceAttribute>();
        settings.attributes().forEach((name, text) -> attributes.put(name, DeviceAttribute.parse(text)));
        return new NodeDevice(
                settings.vendor(),
                settings.type(),
                settings.name(),
                settings.ids().stream()
                        .map(id -> new NodeDevice.Instance(
                                id, true, "", settings.numaNode().map(node -> new NodeDevice.Locality("", node))))
                        .toList(),
                Collections.unmodifiableSortedMap(attributes));
    }

    /** One kind per model. */
    private static List<NodeDevice> graphics(Path root) throws IOException {
        var perModel = new TreeMap<String, List<NodeDevice.Instance>>();
        Path folder = root.resolve("proc/driver/nvidia/gpus");
        if (Files.isDirectory(folder)) {
            try (var buses = Files.newDirectoryStream(folder)) {
                for (Path bus : buses) {
                    var said = said(bus.resolve("information"));
                    var model = Optional.ofNullable(said.get("Model"));
                    var id = Optional.ofNullable(said.get("GPU UUID"));
                    if (model.isPresent() && id.isPresent()) {
                        String busId = bus.getFileName().toString();
                        var place = new NodeDevice.Locality(busId, numaNode(root, busId));
                        perModel.computeIfAbsent(name(model.get()), it -> new ArrayList<>())
                                .add(new NodeDevice.Instance(id.get(), true, "", Optional.of(place)));
                    }
                }
            }
        }
        var kinds = new ArrayList<NodeDevice>();
        perModel.forEach((model, instances) -> {
            instances.sort(java.util.Comparator.comparing(NodeDevice.Instance::id));
            kinds.add(new NodeDevice(NVIDIA, "gpu", model, List.copyOf(instances), Collections.emptySortedMap()));
        });
        return kinds;
    }

    /** Job files name it between slashes: {@code nvidia/gpu/A100-SXM4-40GB}. */
    private static String name(String model) {
        return model.replaceFirst("^NVIDIA ", "").replaceAll("[\\s/]+", "-");
    }

    private static SortedMap<String, String> said(Path file) throws IOException {
        var said = new TreeMap<String, String>();
        if (Files.isReadable(file)) {
            for (String line : Files.readAllLines(file)) {
                int colon = line.indexOf(':');
                if (colon > 0) {
                    said.put(
                            line.substring(0, colon).strip(),
                            line.substring(colon + 1).strip());
                }
            }
        }
        return said;
    }

    private static int numaNode(Path root, String busId) throws IOException {
        Path file = root.resolve("sys/bus/pci/devices").resolve(busId).resolve("numa_node");
        return Files.isReadable(file) ? Integer.parseInt(Files.readString(file).strip()) : -1;
    }

    List<NodeDevice> kinds() {
        return kinds;
    }

    /** What a task that has these devices is told. */
    SortedMap<String, String> environment(List<AllocatedDevice> given) {
        var perName = new TreeMap<String, List<String>>();
        var percents = new TreeMap<String, Integer>();
        var texts = new TreeMap<String, String>();
        for (AllocatedDevice device : given) {
            String label = device.vendor() + "/" + device.type() + "/" + device.name();
            environments.getOrDefault(label, Collections.emptySortedMap()).forEach((name, text) -> {
                perName.computeIfAbsent(name, it -> new ArrayList<>()).addAll(device.ids());
                percents.merge(name, Math.max(1, device.thousandths() / 10), Math::min);
                texts.putIfAbsent(name, text);
            });
        }
        texts.replaceAll((name, text) -> text.replace(IDS, String.join(",", perName.getOrDefault(name, List.of())))
                .replace(PERCENT, String.valueOf(percents.getOrDefault(name, 100))));
        return texts;
    }
}
