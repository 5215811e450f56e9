package dev.steppe.client.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.client.settings.CapacitySettings;
import dev.steppe.client.settings.DeviceSettings;
import dev.steppe.model.AllocatedDevice;
import dev.steppe.model.NodeCpu;
import dev.steppe.model.NumberRanges;
import dev.steppe.model.PortRanges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of an invented machine with two memory nodes and two graphics processors. */
class ProcessorsTest {
    @TempDir
    Path root;

    private void file(String path, String content) throws IOException {
        Files.createDirectories(root.resolve(path).getParent());
        Files.writeString(root.resolve(path), content);
    }

    @Test
    void cores_are_those_the_agent_may_use_on_the_memory_node_they_are_close_to() throws IOException {
        file("proc/self/status", "Name:\tjava\nCpus_allowed_list:\t0-3,6\n");
        file("sys/devices/system/node/node0/cpulist", "0-1,4-5\n");
        file("sys/devices/system/node/node1/cpulist", "2-3,6-7\n");
        var processors = Processors.read(root);
        assertThat(processors.usable()).containsExactly(0, 1, 2, 3, 6);
        assertThat(processors.numaNodes())
                .containsExactly(new NodeCpu.NumaNode(0, List.of(0, 1)), new NodeCpu.NumaNode(1, List.of(2, 3, 6)));
        var said = new CapacitySettings(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(NumberRanges.parse("1-9")),
                new CapacitySettings.Reserved(0, 0, 0, NumberRanges.parse("2"), PortRanges.NONE),
                20_000,
                32_000);
        assertThat(processors.reservable(said)).containsExactly(1, 3, 6);
        var attributes = new TreeMap<String, String>();
        processors.describe(List.of(1, 3, 6), attributes);
        assertThat(attributes)
                .containsEntry("numa.node.count", "2")
                .containsEntry("numa.node1.cores", "2-3,6")
                .containsEntry("cpu.reservablecores", "3");
        assertThat(Processors.text(List.of(5, 0, 1, 2))).isEqualTo("0-2,5");
        assertThat(processors.share(5_000, List.of(1, 3, 6)))
                .as("tasks on three of five cores have no more MHz than these")
                .isEqualTo(3_000);
    }

    @Test
    void devices_are_those_of_the_configuration_and_those_a_driver_tells_of() throws IOException {
        file(
                "proc/driver/nvidia/gpus/0000:01:00.0/information",
                "Model: \t\t NVIDIA A100-SXM4-40GB\nGPU UUID: \t GPU-aa\n");
        file("proc/driver/nvidia/gpus/0000:02:00.0/information", "Model: Tesla T4\nGPU UUID: GPU-bb\n");
        file("sys/bus/pci/devices/0000:01:00.0/numa_node", "1\n");
        var configured = new DeviceSettings(
                "acme",
                "fpga",
                "x1",
                List.of("f-0", "f-1"),
                new TreeMap<>(Map.of("memory", "8 GiB")),
                new TreeMap<>(Map.of("FPGA", "acme:{ids} {percent}")),
                Optional.empty());
        var devices = Devices.read(List.of(configured), root);
        assertThat(devices.kinds())
                .extracting(kind -> kind.label())
                .containsExactly("acme/fpga/x1", "nvidia/gpu/A100-SXM4-40GB", "nvidia/gpu/Tesla-T4");
        assertThat(devices.kinds()
                        .get(1)
                        .instances()
                        .getFirst()
                        .locality()
                        .orElseThrow()
                        .numaNode())
                .isEqualTo(1);
        assertThat(devices.environment(List.of(
                        new AllocatedDevice("acme", "fpga", "x1", List.of("f-0", "f-1")),
                        new AllocatedDevice("nvidia", "gpu", "Tesla-T4", List.of("GPU-bb")),
                        new AllocatedDevice("nvidia", "gpu", "A100-SXM4-40GB", List.of("GPU-aa")))))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("FPGA", "acme:f-0,f-1 100", "NVIDIA_VISIBLE_DEVICES", "GPU-bb,GPU-aa"));
        assertThat(devices.environment(
                        List.of(new AllocatedDevice("acme", "fpga", "x1", List.of("f-1"), Optional.of(0.46)))))
                .containsExactly(Map.entry("FPGA", "acme:f-1 46"));
    }
}
