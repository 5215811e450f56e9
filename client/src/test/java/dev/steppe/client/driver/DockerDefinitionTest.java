package dev.steppe.client.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.AllocationId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the engine is told of a container, where no engine is needed to prove it. */
class DockerDefinitionTest {
    private static Optional<Object> runtime(Map<String, Object> config, Map<String, String> environment)
            throws DriverException {
        var all = new TreeMap<String, Object>(config);
        all.put("image", "busybox");
        var place = Path.of("/alloc");
        var task = new TaskContext(
                new AllocationId("a1"),
                "t",
                all,
                new TreeMap<>(environment),
                Optional.empty(),
                new TaskDirectories(place, place, place, place, place, place, place, place),
                Optional.empty(),
                List.of(),
                new TaskResources(100, 64, 64, 1, ""),
                List.of());
        var host = (Map<?, ?>) DockerDefinition.of(task, DockerSettings.of(Path.of("/docker.sock"), "test"))
                .getOrDefault("HostConfig", Map.of());
        return Optional.ofNullable(host.get("Runtime"));
    }

    @Test
    void containers_with_nvidia_devices_have_the_runtime_for_them_unless_they_name_one() throws Exception {
        var devices = Map.of("NVIDIA_VISIBLE_DEVICES", "GPU-1");
        assertThat(runtime(Map.of(), devices)).contains("nvidia");
        assertThat(runtime(Map.of("runtime", "runc"), devices)).contains("runc");
        assertThat(runtime(Map.of(), Map.of())).isEmpty();
    }
}
