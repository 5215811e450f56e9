package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.language.source.Diagnostic;
import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.HostVolume;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves that what a configuration file says reaches the node, and that flags win. */
class ConfiguredAgentTest {
    private static final String SHELL = """
            "raw_exec","Config":{"command":"/bin/sh","args":["-c","echo uid $(id -u)"]}""";

    @TempDir
    Path directory;

    /** Tasks run as another user, who has to get to their directories. */
    @BeforeEach
    void open() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private AgentArguments.Parsed parse(String configuration, String... more) throws IOException {
        var file = Files.writeString(directory.resolve("agent.hcl"), configuration);
        var arguments = new ArrayList<>(List.of("-dev", "-config=" + file, "-bridge=none"));
        arguments.addAll(List.of(more));
        return AgentArguments.parse(arguments, Map.of("HOME", directory.toString()), false);
    }

    private AgentOptions options(String configuration, String... more) throws IOException {
        var parsed = parse(configuration, more);
        assertThat(parsed.problems()).isEmpty();
        assertThat(Diagnostic.render(parsed.diagnostics())).isEmpty();
        return parsed.options().orElseThrow();
    }

    private Assembly start(String configuration) throws IOException {
        var all = "data_dir = \"" + directory + "\"\nports { http = 0 consul = 0 dns = 0 }\n" + configuration;
        var agent = Assembly.start(options(all));
        AgentTest.await("a ready node", () -> agent.server().snapshot().nodeCount() == 1);
        return agent;
    }

    private static void runAsRoot(Assembly agent, String job, String driverAndConfig) throws Exception {
        AgentTest.register(agent, """
                {"ID":"%s","Type":"batch","TaskGroups":[{"Name":"g","Count":1,
                 "RestartPolicy":{"Attempts":0,"Interval":86400000000000,"Delay":15000000000,"Mode":"fail"},"ReschedulePolicy":{"Attempts":0,"Unlimited":false},
                 "Tasks":[{"Name":"t","User":"root","Driver":%s,"Resources":{"CPU":20,"MemoryMB":64}}]}]}
                """.formatted(job, driverAndConfig));
    }

    private static Allocation ended(Assembly agent, String job, ClientStatus status) {
        var key = new JobKey("default", new JobId(job));
        AgentTest.await(
                job + " " + status,
                () -> agent.server().snapshot().allocationsOf(key).stream()
                        .anyMatch(it -> it.client().status() == status));
        return agent.server().snapshot().allocationsOf(key).getFirst();
    }

    private String output(Allocation allocation) throws IOException {
        return Files.readString(directory.resolve("data/alloc/" + allocation.id() + "/alloc/logs/t.stdout.0"));
    }

    private static String javaTask() throws Exception {
        var classes = Path.of(
                WhoAmI.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        return "\"java\",\"Config\":{\"class\":\"" + WhoAmI.class.getName() + "\",\"class_path\":\"" + classes + "\"}";
    }

    @Test
    void a_task_that_wants_to_be_root_is_refused_with_the_words_that_allow_it() throws Exception {
        Assumptions.assumeTrue(LinuxCalls.isRoot(), "needs root");
        try (var agent = start("")) {
            runAsRoot(agent, "shell", SHELL);
            assertThat(ended(agent, "shell", ClientStatus.FAILED).client().toString())
                    .contains("plugin \"raw_exec\" { config { allow_root = true } }");
            runAsRoot(agent, "jvm", javaTask());
            assertThat(ended(agent, "jvm", ClientStatus.FAILED).client().toString())
                    .contains("plugin \"java\" { config { allow_root = true } }");
            agent.stopAndRemove();
        }
    }

    @Test
    void a_host_volume_is_told_by_the_node_and_mounted_by_a_job_and_a_missing_directory_is_named() throws Exception {
        Assumptions.assumeTrue(LinuxCalls.isRoot(), "needs root");
        var certs = Files.createDirectory(directory.resolve("certs"));
        Files.writeString(certs.resolve("leaf"), "a certificate\n");
        String configured = "client { host_volume \"certs\" { path = \"%s\" read_only = true } }";
        try (var agent = start(configured.formatted(certs))) {
            assertThat(agent.server().snapshot().nodes())
                    .first()
                    .satisfies(node -> assertThat(node.spec().hostVolumes())
                            .containsEntry("certs", new HostVolume("certs", certs.toString(), true)));
            AgentTest.register(agent, """
                    {"ID":"reader","Type":"batch","TaskGroups":[{"Name":"g","Count":1,
                     "Volumes":{"tls":{"Name":"tls","Type":"host","Source":"certs","ReadOnly":true}},
                     "Tasks":[{"Name":"t","Driver":"exec","Config":{"command":"/bin/cat","args":["/srv/${NOMAD_TASK_NAME}/leaf"]},
                      "VolumeMounts":[{"Volume":"tls","Destination":"/srv/${NOMAD_TASK_NAME}"}],
                      "Resources":{"CPU":20,"MemoryMB":64}}]}]}
                    """);
            assertThat(output(ended(agent, "reader", ClientStatus.COMPLETE))).isEqualTo("a certificate\n");
            agent.stopAndRemove();
        }
        assertThatThrownBy(() -> start(configured.formatted(directory.resolve("gone"))))
                .hasMessageContaining("host_volume \"certs\"")
                .hasMessageContaining("/gone\" } }: there is no such directory");
    }

    @Test
    void raw_exec_runs_as_root_where_its_plugin_allows_it_and_java_still_does_not() throws Exception {
        Assumptions.assumeTrue(LinuxCalls.isRoot(), "needs root");
        try (var agent = start("plugin \"raw_exec\" { config { allow_root = true } }")) {
            runAsRoot(agent, "shell", SHELL);
            assertThat(output(ended(agent, "shell", ClientStatus.COMPLETE))).isEqualTo("uid 0\n");
            runAsRoot(agent, "jvm", javaTask());
            assertThat(ended(agent, "jvm", ClientStatus.FAILED).client().toString())
                    .contains("plugin \"java\" { config { allow_root = true } }");
            agent.stopAndRemove();
        }
    }

    @Test
    void java_runs_as_root_where_its_plugin_allows_it_and_raw_exec_can_be_off() throws Exception {
        Assumptions.assumeTrue(LinuxCalls.isRoot(), "needs root");
        try (var agent = start("""
                name = "edge-1"
                client { node_class = "edge" node_pool = "default" meta { rack = "7" } }
                plugin "java" { config { allow_root = true } }
                plugin "raw_exec" { config { enabled = false } }
                """)) {
            runAsRoot(agent, "jvm", javaTask());
            assertThat(output(ended(agent, "jvm", ClientStatus.COMPLETE))).isEqualTo("uid 0\n");
            var node = agent.server().snapshot().nodes().iterator().next().spec();
            assertThat(node.name()).isEqualTo("edge-1");
            assertThat(node.nodeClass()).isEqualTo("edge");
            assertThat(node.meta()).containsEntry("rack", "7");
            assertThat(node.drivers().get("raw_exec").detected()).isFalse();
            agent.stopAndRemove();
        }
    }

    /** What a command says to a running agent, with its exit code behind it. */
    private static String say(Assembly agent, String... words) {
        var said = new ByteArrayOutputStream();
        try (var out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            var address = "http://127.0.0.1:" + agent.nomadAddress().getPort();
            int code = dev.steppe.cli.Main.run(List.of(words), out, out, Map.of("NOMAD_ADDR", address));
            return said.toString(StandardCharsets.UTF_8) + "exit " + code;
        }
    }

    private static final String SLEEPING = """
            {"ID":"%s","Type":"service","NodePool":"%s","TaskGroups":[{"Name":"g","Count":1,"Tasks":[{"Name":"t",
             "Driver":"raw_exec","Config":{"command":"/bin/sleep","args":["1000"]},"Resources":{"CPU":20,"MemoryMB":20}}]}]}
            """;

    @Test
    void nobody_runs_commands_in_tasks_of_a_node_that_forbids_it() throws Exception {
        try (var agent = start("client { disable_remote_exec = true }")) {
            AgentTest.register(agent, SLEEPING.formatted("sleeper", "default"));
            var allocation = ended(agent, "sleeper", ClientStatus.RUNNING);
            assertThat(say(agent, "alloc", "exec", "-i=false", allocation.id().value(), "/bin/true"))
                    .contains("client { disable_remote_exec = true }")
                    .doesNotEndWith("exit 0");
            agent.stopAndRemove();
        }
    }

    @Test
    void words_about_a_node_change_while_it_runs_and_place_jobs() throws Exception {
        try (var agent = start("client { meta { rack = \"7\" zone = \"a\" } }")) {
            assertThat(say(agent, "node", "meta", "apply", "-unset", "zone", "owner=me"))
                    .isEqualTo("exit 0");
            AgentTest.await(
                    "words known to the server",
                    () -> agent.server()
                            .snapshot()
                            .nodes()
                            .iterator()
                            .next()
                            .spec()
                            .meta()
                            .equals(Map.of("rack", "7", "owner", "me")));
            assertThat(say(agent, "node", "meta", "read"))
                    .contains("owner = me", "rack  = 7", "zone  = <unset>")
                    .endsWith("exit 0");
            AgentTest.register(agent, """
                    {"ID":"mine","Type":"batch","Constraints":[{"LTarget":"${meta.owner}","RTarget":"me","Operand":"="}],
                     "TaskGroups":[{"Name":"g","Count":1,"Tasks":[{"Name":"t","Driver":"raw_exec",
                      "Config":{"command":"/bin/echo","args":["of ${meta.owner}"]},"Resources":{"CPU":20,"MemoryMB":20}}]}]}
                    """);
            assertThat(output(ended(agent, "mine", ClientStatus.COMPLETE))).isEqualTo("of me\n");
            agent.stopAndRemove();
        }
    }

    @Test
    void a_job_for_a_pool_that_does_not_exist_is_refused_until_there_is_one() throws Exception {
        try (var agent = start("")) {
            assertThatThrownBy(() -> AgentTest.register(agent, SLEEPING.formatted("sleeper", "gpu")))
                    .hasMessageContaining("nonexistent node pool \"gpu\"");
            var pool = directory.resolve("pool.hcl");
            assertThat(say(agent, "node", "pool", "init", "-quiet", pool.toString()))
                    .isEqualTo("exit 0");
            assertThat(say(agent, "node", "pool", "apply", pool.toString())).endsWith("exit 0");
            AgentTest.register(agent, SLEEPING.formatted("sleeper", "example"));
            assertThat(agent.server().snapshot().nodePool("example")).isPresent();
            agent.stopAndRemove();
        }
    }

    @Test
    void flags_win_over_files() throws Exception {
        var text =
                "datacenter = \"file\"\nname = \"file\"\nports { http = 1 dns = 3 }\nclient { meta { a = 1 b = 1 } }";
        var options = options(text, "-dc=flag", "-nomad-port=0", "-meta=b=2");
        assertThat(options.datacenter()).isEqualTo("flag");
        assertThat(options.nodeName()).contains("file");
        assertThat(options.nomadPort()).isZero();
        assertThat(options.dnsPort()).isEqualTo(3);
        assertThat(options.meta()).isEqualTo(Map.of("a", "1", "b", "2"));
        assertThat(options.bridge()).isEmpty();
    }

    @Test
    void a_directory_with_data_of_another_program_is_refused() throws Exception {
        Files.createDirectories(directory.resolve("data"));
        Files.writeString(directory.resolve("data/precious"), "x");
        assertThat(parse("data_dir = \"" + directory + "\"").problems())
                .singleElement()
                .asString()
                .contains(directory.resolve("data") + " exists and was not made by a development agent");
    }

    @Test
    void a_file_that_is_missing_or_wrong_keeps_the_agent_from_starting() throws Exception {
        assertThat(parse("", "-config=/nowhere.hcl").problems())
                .containsExactly("-config: there is no file or directory /nowhere.hcl");
        assertThat(parse("datacentre = 1").diagnostics()).hasSize(1);
    }
}
