package dev.steppe.client.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Allocation;
import dev.steppe.model.JobSpec;
import dev.steppe.model.NetworkStatus;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Proves what a task is told through its environment and what its configuration may refer to. */
class TaskEnvironmentTest {
    private static final String NODE = """
            {"ID":"n1","Name":"alpha","Datacenter":"dc7","Attributes":{"kernel.name":"linux"},"Meta":{"rack":"r1"}}
            """;
    private static final String JOB = """
            {"ID":"web","Meta":{"color":"red"},"TaskGroups":[{"Name":"g","Networks":[{"Mode":"bridge"}],
              "Services":[{"Name":"web","Connect":{"SidecarService":{"Proxy":{"Upstreams":[
                 {"DestinationName":"count-api","LocalBindPort":8080}]}}}}],
              "Tasks":[{"Name":"t","Driver":"raw_exec","Meta":{"color":"blue"},
                "Env":{"URL":"http://${NOMAD_UPSTREAM_ADDR_count_api}","KEEP":"${HOME_OF_NOBODY}","A-B":"1"},
                "Config":{"command":"/bin/${meta.rack}","args":["${attr.kernel.name}",["${node.datacenter}"],7]},
                "Resources":{"CPU":50,"MemoryMB":64}}]}]}
            """;
    private static final String ALLOCATION = """
            {"ID":"0123456789","EvalID":"e","NodeID":"n1","JobID":"web","Name":"web.g[3]","TaskGroup":"g",
             "AllocatedResources":{"Shared":{"Ports":[{"Label":"http","Value":23000,"To":80,"HostIP":"10.0.0.5"}]}}}
            """;

    private static TaskEnvironment environment() throws CodecException {
        var job = Codec.fromJson(JobSpec.class, JOB);
        return new TaskEnvironment(
                Codec.fromJson(NodeSpec.class, NODE),
                job,
                Codec.fromJson(Allocation.class, ALLOCATION),
                job.taskGroups().getFirst().tasks().getFirst(),
                new TaskEnvironment.Given(
                        new TaskEnvironment.Directories(
                                Path.of("/a/alloc"), Path.of("/a/t/local"), Path.of("/a/t/secrets")),
                        Optional.of(new NetworkStatus("eth0", "172.26.64.9", Optional.of("fd12::9"), Optional.empty())),
                        new TreeMap<>(Map.of("PATH", "/bin")),
                        new TreeMap<>(),
                        Optional.empty()));
    }

    @Test
    void the_published_variables_are_there() throws CodecException {
        assertThat(environment().variables())
                .containsEntry("PATH", "/bin")
                .containsEntry("NOMAD_ALLOC_ID", "0123456789")
                .containsEntry("NOMAD_SHORT_ALLOC_ID", "01234567")
                .containsEntry("NOMAD_ALLOC_INDEX", "3")
                .containsEntry("NOMAD_TASK_DIR", "/a/t/local")
                .containsEntry("NOMAD_CPU_LIMIT", "50")
                .containsEntry("NOMAD_PORT_http", "80")
                .containsEntry("NOMAD_HOST_PORT_http", "23000")
                .containsEntry("NOMAD_ADDR_http", "10.0.0.5:23000")
                .containsEntry("NOMAD_ALLOC_ADDR_http", "172.26.64.9:80")
                .containsEntry("NOMAD_ALLOC_IPv6_http", "fd12::9")
                .containsEntry("NOMAD_UPSTREAM_ADDR_count_api", "127.0.0.1:8080")
                .containsEntry("NOMAD_META_color", "blue")
                .containsEntry("NOMAD_META_COLOR", "blue")
                .containsEntry("NOMAD_DC", "dc7");
    }

    @Test
    void env_refers_to_other_variables_and_keeps_what_it_does_not_know() throws CodecException {
        assertThat(environment().variables())
                .containsEntry("URL", "http://127.0.0.1:8080")
                .containsEntry("KEEP", "${HOME_OF_NOBODY}")
                .containsEntry("A_B", "1");
    }

    @Test
    void the_drivers_configuration_refers_to_the_node() throws CodecException {
        var job = Codec.fromJson(JobSpec.class, JOB);
        var config = environment().config(job.taskGroups().getFirst().tasks().getFirst());
        assertThat(config).containsEntry("command", "/bin/r1");
        assertThat(config.get("args")).isEqualTo(List.of("linux", List.of("dc7"), 7L));
    }
}
