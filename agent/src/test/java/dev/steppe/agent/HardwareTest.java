package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.model.codec.Codec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves on a node with real processes what tasks have for themselves: cores, and devices of the configuration. */
class HardwareTest {
    /** Says again and again on which processors it may run. */
    private static final String TELL = "while :; do grep Cpus_allowed_list /proc/self/status"
            + " | cut -f2 >$NOMAD_ALLOC_DIR/data/cores.new; mv $NOMAD_ALLOC_DIR/data/cores.new"
            + " $NOMAD_ALLOC_DIR/data/cores; sleep 0.2; done";

    @TempDir
    Path directory;

    @BeforeEach
    void open() throws IOException {
        assumeTrue(LinuxCalls.isLinux() && LinuxCalls.isRoot(), "needs root on Linux for control groups");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void register(ChildAgent agent, String id, String resources, String script) throws Exception {
        agent.send("PUT", "/v1/jobs", """
                {"Job":{"ID":"%s","Type":"service","TaskGroups":[{"Name":"g","EphemeralDisk":{"SizeMB":20},
                 "Tasks":[{"Name":"t","Driver":"raw_exec","Config":{"command":"/bin/sh","args":["-c",%s]},
                  "LogConfig":{"MaxFiles":1,"MaxFileSizeMB":1},"Resources":{"MemoryMB":20,%s}}]}]}}""".formatted(id, Codec.toJson(script), resources));
        agent.awaitStatus(id, "running");
    }

    private static String told(ChildAgent agent, String job, String file) throws Exception {
        try {
            return Files.readString(agent.data().resolve("alloc/" + agent.idOf(job) + "/alloc/data/" + file))
                    .strip();
        } catch (NoSuchFileException notYet) {
            return "";
        }
    }

    @Test
    void a_task_with_cores_is_alone_on_them_while_it_runs_also_after_the_agent_was_killed() throws Exception {
        assumeTrue(Runtime.getRuntime().availableProcessors() >= 2, "needs two processors");
        try (var agent = new ChildAgent(directory, 4)) {
            agent.start();
            register(agent, "sharing", "\"CPU\":20", TELL);
            agent.await(
                    "first word of the sharing task",
                    () -> !told(agent, "sharing", "cores").isEmpty());
            String all = told(agent, "sharing", "cores");
            register(agent, "alone", "\"Cores\":1", "echo $NOMAD_CPU_CORES >$NOMAD_ALLOC_DIR/data/given; " + TELL);
            agent.await(
                    "word of the task with a core",
                    () -> !told(agent, "alone", "cores").isEmpty());
            String own = told(agent, "alone", "cores");
            assertThat(own).matches("[0-9]+").isEqualTo(told(agent, "alone", "given"));
            agent.await(
                    "the sharing task to move",
                    () -> !told(agent, "sharing", "cores").equals(all));
            String left = told(agent, "sharing", "cores");
            assertThat(left).isNotEqualTo(own);
            agent.kill();
            agent.start();
            register(agent, "later", "\"CPU\":20", TELL);
            agent.await(
                    "a task after the crash to keep off",
                    () -> told(agent, "later", "cores").equals(left));
            agent.send("DELETE", "/v1/job/alone", "");
            agent.awaitStatus("alone", "complete");
            for (String job : List.of("sharing", "later")) {
                agent.await(
                        job + " to get the core back",
                        () -> told(agent, job, "cores").equals(all));
            }
        }
    }

    @Test
    void a_task_is_told_which_devices_of_the_configuration_it_has() throws Exception {
        try (var agent = new ChildAgent(directory, 5)) {
            Files.writeString(agent.configuration(), """
                    client {
                      device "acme/gpu/one" {
                        ids = ["GPU-1", "GPU-2"]
                        attributes { memory = "40GiB" }
                        env { NVIDIA_VISIBLE_DEVICES = "{ids}" }
                      }
                    }
                    """);
            agent.start();
            String device = "\"CPU\":20,\"Devices\":[{\"Name\":\"gpu\",\"Count\":%d,\"Constraints\":["
                    + "{\"LTarget\":\"${device.attr.memory}\",\"Operand\":\">\",\"RTarget\":\"30000MiB\"}]}]";
            String say = "echo $NVIDIA_VISIBLE_DEVICES >$NOMAD_ALLOC_DIR/data/devices; exec sleep 1000";
            register(agent, "two", device.formatted(2), say);
            agent.await("the devices", () -> told(agent, "two", "devices").equals("GPU-1,GPU-2"));
            agent.send("DELETE", "/v1/job/two", "");
            register(agent, "one", device.formatted(1), say);
            agent.await("the device", () -> told(agent, "one", "devices").equals("GPU-1"));
            assertThat(agent.text("/v1/nodes?resources=true")).contains("\"GPU-2\"");
        }
    }
}
