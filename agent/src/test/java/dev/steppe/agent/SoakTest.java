package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.model.codec.Codec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Proves with real processes that many short tasks leave nothing, and that kills of the agent lose and double nothing. {@code ./dev bench soak} and {@code ./dev bench crashes} do the same for longer.
 */
class SoakTest {
    private static final int ALLOCATIONS = 60;
    private static final int WARM_UP = 12;
    private static final int KILLS = 5;
    private static final int TASKS_BETWEEN_KILLS = 4;
    private static final long SEED = 7;

    /** Connections come and go a little; one descriptor for each allocation would be far more. */
    private static final int DESCRIPTORS_SLACK = 8;

    private static final String BRIDGED =
            "\"Networks\":[{\"Mode\":\"bridge\",\"DynamicPorts\":[{\"Label\":\"p\",\"To\":80}]}],";
    private static final String CHECKED = """
            "Services":[{"Name":"soak","Provider":"nomad","PortLabel":"9",
             "Checks":[{"Type":"tcp","Interval":1000000000,"Timeout":1000000000}]}],""";
    private static final String TEMPLATE = """
            "Templates":[{"EmbeddedTmpl":"{{ env \\"NOMAD_ALLOC_ID\\" }}\\n","DestPath":"local/own"}],""";
    private static final String ONCE =
            "\"RestartPolicy\":{\"Attempts\":0,\"Mode\":\"fail\"},\"ReschedulePolicy\":{\"Attempts\":0},";

    @TempDir
    Path directory;

    @BeforeEach
    void open() throws IOException {
        assumeTrue(
                LinuxCalls.isLinux() && LinuxCalls.isRoot(), "needs root on Linux for namespaces and control groups");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void register(
            ChildAgent agent, String name, int count, String driver, String group, String task, String script)
            throws Exception {
        agent.send(
                "PUT", "/v1/jobs", """
                {"Job":{"ID":"%s","Name":"%s","Type":"batch","TaskGroups":[{"Name":"g","Count":%d,%s"Tasks":[{"Name":"t",
                 "Driver":"%s",%s"Config":{"command":"/bin/sh","args":["-c",%s]},"Resources":{"CPU":1,"MemoryMB":10}}]}]}}
                """.formatted(name, name, count, group + ONCE, driver, task, Codec.toJson(script)));
    }

    @Test
    void sixty_short_allocations_leave_nothing_once_they_are_forgotten() throws Exception {
        try (var agent = new ChildAgent(directory, 5)) {
            agent.start();
            runShort(agent, "warm", WARM_UP);
            agent.send("PUT", "/v1/system/gc", "");
            awaitNothing(agent);
            long before = descriptors(agent);

            runShort(agent, "soak", ALLOCATIONS);
            agent.send("PUT", "/v1/system/gc", "");
            awaitNothing(agent);
            agent.await(
                    "as many descriptors as before: " + before, () -> descriptors(agent) <= before + DESCRIPTORS_SLACK);
        }
    }

    /** Plain, with a template and a check, isolated with a network, isolated with both. */
    private static void runShort(ChildAgent agent, String name, int count) throws Exception {
        var own = "grep -q $NOMAD_ALLOC_ID local/own";
        register(agent, name + "-plain", count / 4, "raw_exec", "", "", "true");
        register(agent, name + "-checked", count / 4, "raw_exec", CHECKED, TEMPLATE, own);
        register(agent, name + "-bridged", count / 4, "exec", BRIDGED, TEMPLATE, own);
        register(agent, name + "-all", count / 4, "exec", BRIDGED + CHECKED, "", "sleep 0.1");
        for (String kind : List.of("-plain", "-checked", "-bridged", "-all")) {
            agent.await(
                    name + kind + " to complete",
                    () -> agent.allocations(name + kind).stream()
                                    .filter(it -> "complete".equals(it.get("ClientStatus")))
                                    .count()
                            == count / 4);
        }
    }

    private static final Map<String, Long> NOTHING = new TreeMap<>(Map.of(
            "allocations",
            0L,
            "control groups",
            0L,
            "interfaces",
            0L,
            "mounts",
            0L,
            "namespaces",
            0L,
            "processes",
            0L));

    private static void awaitNothing(ChildAgent agent) throws IOException {
        agent.await("nothing left", () -> {
            var now = footprint(agent);
            if (!now.equals(NOTHING)) {
                throw new IllegalStateException("there is " + now);
            }
            return true;
        });
    }

    /** What is there of allocations; what is the agent's own is not counted. */
    private static Map<String, Long> footprint(ChildAgent agent) throws IOException {
        var allocations = agent.data().resolve("alloc").toString();
        var found = new TreeMap<String, Long>();
        found.put("allocations", entries(Path.of(allocations)));
        found.put("namespaces", entries(agent.run().resolve("netns")));
        found.put(
                "control groups",
                groups(agent).stream()
                        .filter(group -> !group.endsWith("reapers"))
                        .count());
        try (Stream<Path> interfaces = Files.list(Path.of("/sys/class/net"))) {
            found.put(
                    "interfaces",
                    interfaces
                            .filter(each -> Files.exists(each.resolve("brport/bridge"))
                                    && realName(each.resolve("brport/bridge")).equals(agent.bridge()))
                            .count());
        }
        try (Stream<String> mounts = Files.lines(Path.of("/proc/self/mountinfo"))) {
            found.put(
                    "mounts", mounts.filter(line -> line.contains(allocations)).count());
        }
        // each task and its reaper is in a group of the agent, whatever it calls itself
        found.put("processes", processes(agent));
        return found;
    }

    private static List<Path> groups(ChildAgent agent) throws IOException {
        return ControlGroups.where(path -> path.toString().contains("/" + agent.cgroup() + "/"));
    }

    private static long processes(ChildAgent agent) throws IOException {
        var found = new TreeSet<String>();
        for (Path group : groups(agent)) {
            found.addAll(Files.readAllLines(group.resolve("cgroup.procs")));
        }
        return found.size();
    }

    private static String realName(Path link) {
        try {
            return link.toRealPath().getFileName().toString();
        } catch (IOException gone) {
            return "";
        }
    }

    private static long entries(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.count();
        }
    }

    private static long descriptors(ChildAgent agent) throws IOException {
        return entries(Path.of("/proc/" + agent.pid() + "/fd"));
    }

    @Test
    void kills_at_any_moment_lose_no_task_and_no_exit_status_and_start_nothing_twice() throws Exception {
        var lines = Files.createDirectory(directory.resolve("lines"));
        Files.setPosixFilePermissions(lines, PosixFilePermissions.fromString("rwxrwxrwx"));
        var random = new Random(SEED);
        var exitCodes = new TreeMap<String, Integer>();
        try (var agent = new ChildAgent(directory, 6)) {
            for (int kill = 0; kill < KILLS; kill++) {
                agent.start();
                for (int i = 0; i < TASKS_BETWEEN_KILLS; i++) {
                    var name = "work-" + exitCodes.size();
                    int exitCode = random.nextBoolean() ? 0 : 1 + random.nextInt(100);
                    exitCodes.put(name, exitCode);
                    var file = lines.resolve(name);
                    register(
                            agent,
                            name,
                            1,
                            "raw_exec",
                            "",
                            "",
                            "echo started >>%1$s; sleep %2$d.%3$d; echo ended >>%1$s; exit %4$d"
                                    .formatted(file, random.nextInt(2), random.nextInt(10), exitCode));
                }
                long moment = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(random.nextInt(600));
                agent.await("the moment of the kill", () -> System.nanoTime() >= moment);
                agent.kill();
            }
            agent.start();
            for (var work : exitCodes.entrySet()) {
                agent.awaitStatus(work.getKey(), work.getValue() == 0 ? "complete" : "failed");
                assertThat(Files.readAllLines(lines.resolve(work.getKey()))).containsExactly("started", "ended");
                assertThat(terminations(agent, work.getKey())).containsExactly("Exit Code: " + work.getValue());
            }
        }
    }

    private static List<String> terminations(ChildAgent agent, String job) throws Exception {
        var found = new ArrayList<String>();
        for (String event : agent.eventsOf(job)) {
            if (event.startsWith("Terminated")) {
                found.add(event.replaceAll("(?s).*DisplayMessage=(Exit Code: \\d+).*", "$1"));
            }
        }
        return found;
    }
}
