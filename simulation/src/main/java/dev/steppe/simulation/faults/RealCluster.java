package dev.steppe.simulation.faults;

import dev.steppe.model.codec.Codec;
import dev.steppe.simulation.hosts.Clocks;
import dev.steppe.simulation.hosts.Commands;
import dev.steppe.simulation.hosts.Host;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** Three servers and three clients that joined with tokens, and long-lived tasks whose processes are known. */
final class RealCluster implements AutoCloseable {
    static final int COUNT = 3;
    private static final int TASKS = 6;
    private static final Duration SHORT = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(180);
    private static final int LARGE = 400_000;
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

    private final Path directory;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final List<RealAgent> servers = new ArrayList<>();
    private final List<RealAgent> clients = new ArrayList<>();
    private final TreeMap<String, String> tasks = new TreeMap<>();
    private final Optional<Clocks> clocks;
    private int extraJobs;
    private int boots;
    private boolean closed;

    RealCluster(Path directory) throws IOException {
        this.directory = directory;
        clocks = Clocks.make(directory);
        Host.makeBridge();
        for (int number = 1; number <= COUNT; number++) {
            servers.add(agent("s" + number, number));
        }
        for (int number = 1; number <= COUNT; number++) {
            clients.add(agent("c" + number, COUNT + number));
        }
    }

    private RealAgent agent(String name, int number) throws IOException {
        Map<String, String> environment = clocks.isPresent() ? clocks.get().environment(name) : Map.of();
        var role = number <= COUNT ? RealAgent.SERVER : RealAgent.CLIENT;
        return new RealAgent(Host.make(name, number), role, directory, http, environment);
    }

    List<RealAgent> servers() {
        return servers;
    }

    List<RealAgent> clients() {
        return clients;
    }

    List<RealAgent> all() {
        var all = new ArrayList<>(servers);
        all.addAll(clients);
        return all;
    }

    /** Something that becomes true; what fails meanwhile does not count. */
    interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    static void await(String what, Condition condition) throws IOException, InterruptedException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        var last = new IOException("it never was");
        while (System.nanoTime() < until) {
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (IOException notYet) {
                last = notYet;
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        throw new IOException("waited " + PATIENCE.toSeconds() + " s for " + what + ": " + last.getMessage(), last);
    }

    /** As docs/clusters.md says: one server begins, everybody else joins with a token. */
    void form() throws IOException, InterruptedException {
        var first = servers.getFirst();
        first.start();
        var forServers = token(first, true);
        var forClients = token(first, false);
        for (var agent : all()) {
            if (agent != first) {
                agent.start("-join=" + first.host().address() + "#@" + (agent.isServer() ? forServers : forClients));
            }
        }
        awaitHealthy();
    }

    /** What sets the clocks of agents; empty where that cannot be. */
    Optional<Clocks> clocks() {
        return clocks;
    }

    private Path token(RealAgent first, boolean server) throws IOException, InterruptedException {
        var file = directory.resolve(server ? "server.token" : "client.token");
        await("a token of " + first, () -> {
            var made = RealAgent.parsed(
                    first.nomad("PUT", "/v1/agent/join-token", "{\"Server\":" + server + ",\"Uses\":5}", SHORT));
            Files.writeString(file, RealAgent.field(made, "Token").toString());
            return true;
        });
        return file;
    }

    /** Waits until all agents run, the servers agree who leads and answer reads, and all nodes are ready. */
    void awaitHealthy() throws IOException, InterruptedException {
        await("three servers that agree and three ready nodes", () -> {
            var leaders = new TreeSet<String>();
            for (var server : servers) {
                leaders.add(server.read("/v1/status/leader", SHORT).toString());
                if (((List<?>) RealAgent.field(server.read("/v1/operator/raft/configuration", SHORT), "Servers")).size()
                        != COUNT) {
                    return false;
                }
            }
            for (var client : clients) {
                client.read("/v1/agent/health", SHORT);
            }
            var health = servers.getFirst().read("/v1/operator/autopilot/health", SHORT);
            return leaders.size() == 1
                    && !leaders.first().isEmpty()
                    && Boolean.TRUE.equals(RealAgent.field(health, "Healthy"))
                    && readyNodes() == COUNT;
        });
    }

    private long readyNodes() throws IOException, InterruptedException {
        return ((List<?>) servers.getFirst().read("/v1/nodes", SHORT))
                .stream()
                        .filter(node -> RealAgent.field(node, "Status").equals("ready"))
                        .count();
    }

    /** Who leads as most of the servers say. */
    RealAgent leader() throws IOException, InterruptedException {
        var found = new ArrayList<RealAgent>();
        await("a leader", () -> {
            var said = servers.getFirst().read("/v1/status/leader", SHORT).toString();
            servers.stream()
                    .filter(server -> said.startsWith(server.host().address() + ":"))
                    .forEach(found::add);
            return !found.isEmpty();
        });
        return found.getFirst();
    }

    List<RealAgent> followers() throws IOException, InterruptedException {
        var leader = leader();
        return servers.stream().filter(server -> server != leader).toList();
    }

    List<Host> othersThan(RealAgent agent) {
        return all().stream()
                .filter(other -> other != agent)
                .map(RealAgent::host)
                .toList();
    }

    /** Writes much through a server; false when it was not taken. */
    boolean tryLargeWrite(RealAgent server, int number) throws InterruptedException {
        try {
            return server.consul("PUT", "/v1/kv/large/" + number, "x".repeat(LARGE), SHORT)
                            .statusCode()
                    == 200;
        } catch (IOException failed) {
            return false;
        }
    }

    /**
     * The power of all machines fails: disks keep what was forced onto them, and every process is gone at once, tasks
     * included.
     */
    void cutPower() throws IOException {
        for (var agent : all()) {
            agent.disk().cutPower();
        }
        while (true) {
            var running = new ArrayList<String>(List.of("kill", "-9"));
            for (var agent : all()) {
                agent.host().processes().forEach(pid -> running.add(pid.toString()));
            }
            if (running.size() == 2) {
                break;
            }
            // some may end meanwhile
            Commands.succeeds(running);
        }
        all().forEach(RealAgent::kill);
        for (var agent : all()) {
            agent.disk().powerUp();
        }
    }

    /** The machines have power again, and start what they start by themselves. */
    void bootAll() throws IOException {
        // one kernel plays them all; it tells each boot from the one before
        var boot = directory.resolve("boot_id");
        Files.writeString(boot, "00000000-0000-4000-8000-%012d\n".formatted(++boots));
        if (boots == 1) {
            Commands.run("mount", "--bind", boot.toString(), BOOT.toString());
        }
        try (var files = Files.list(directory.resolve("tasks"))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        for (var agent : all()) {
            agent.start();
        }
    }

    /** Waits until the tasks that a power cut ended run again; how many of them in the allocation in which they ran. */
    long awaitTasksAgain() throws IOException, InterruptedException {
        var before = new TreeMap<>(tasks);
        await("the tasks to run again", () -> {
            var now = processes();
            return now.size() == TASKS && now.values().stream().allMatch(RealCluster::runs);
        });
        tasks.clear();
        tasks.putAll(processes());
        return before.keySet().stream().filter(tasks::containsKey).count();
    }

    /** Makes a server lead. */
    void transferTo(RealAgent server) throws IOException, InterruptedException {
        await("the leadership of " + server, () -> {
            if (leader() == server) {
                return true;
            }
            var peers = (List<?>)
                    RealAgent.field(servers.getFirst().read("/v1/operator/raft/configuration", SHORT), "Servers");
            for (var peer : peers) {
                if (RealAgent.field(peer, "Address")
                        .toString()
                        .startsWith(server.host().address() + ":")) {
                    servers.getFirst()
                            .nomad(
                                    "PUT",
                                    "/v1/operator/raft/transfer-leadership?id=" + RealAgent.field(peer, "ID"),
                                    "",
                                    SHORT);
                }
            }
            return leader() == server;
        });
    }

    /** Starts tasks that write down their process and live on. */
    void startTasks() throws IOException, InterruptedException {
        var place = directory.resolve("tasks");
        Files.createDirectory(place);
        // tasks run as users of their own
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxrwxrwx"));
        var script = "echo $$ >>" + place + "/$NOMAD_ALLOC_ID; while :; do sleep 1; done";
        submit(servers.getFirst(), job("steady", "service", TASKS, script));
        await("the tasks", () -> processes().size() == TASKS);
        tasks.putAll(processes());
    }

    private static String job(String name, String type, int count, String script) {
        return """
                {"ID":"%1$s","Name":"%1$s","Type":"%2$s","Datacenters":["*"],"TaskGroups":[{"Name":"g","Count":%3$d,
                 "EphemeralDisk":{"SizeMB":10},"Tasks":[{"Name":"t","Driver":"raw_exec","LogConfig":{"MaxFiles":1,"MaxFileSizeMB":5},"Config":{"command":"/bin/sh","args":["-c",%4$s]},
                 "Resources":{"CPU":1,"MemoryMB":10}}]}]}
                """.formatted(name, type, count, Codec.toJson(script));
    }

    private static void submit(RealAgent agent, String job) throws IOException, InterruptedException {
        await("a job to be taken", () -> {
            RealAgent.parsed(agent.nomad("PUT", "/v1/jobs", "{\"Job\":" + job + "}", SHORT));
            return true;
        });
    }

    /** A short job through an agent runs to its end: scheduling and the nodes' streams work again. */
    void runShortJob(RealAgent agent) throws IOException, InterruptedException {
        var name = "short-" + extraJobs++;
        submit(agent, job(name, "batch", 1, "exit 0"));
        await(
                name + " to end",
                () -> ((List<?>) agent.read("/v1/job/" + name + "/allocations", SHORT))
                        .stream()
                                .anyMatch(it ->
                                        RealAgent.field(it, "ClientStatus").equals("complete")));
    }

    private TreeMap<String, String> processes() throws IOException {
        var found = new TreeMap<String, String>();
        try (var files = Files.list(directory.resolve("tasks"))) {
            for (Path file : files.toList()) {
                found.put(file.getFileName().toString(), Files.readString(file).strip());
            }
        }
        return found;
    }

    /** Tasks that ended, were started again or have got company, since this was asked before. */
    List<String> changedTasks() throws IOException {
        var changed = new ArrayList<String>();
        var now = processes();
        now.forEach((allocation, process) -> {
            boolean runs = runs(process);
            if (!tasks.containsKey(allocation) && !runs) {
                return;
            }
            if (!process.equals(tasks.get(allocation))) {
                changed.add("task " + allocation + " was " + tasks.get(allocation) + " and is " + process);
            } else if (!runs) {
                changed.add("task " + allocation + " with process " + process + " has ended");
            }
        });
        if (!changed.isEmpty()) {
            tasks.clear();
            now.forEach((allocation, process) -> {
                if (runs(process)) {
                    tasks.put(allocation, process);
                }
            });
        }
        return changed;
    }

    private static boolean runs(String process) {
        return process.matches("\\d+")
                && ProcessHandle.of(Long.parseLong(process)).isPresent();
    }

    int taskCount() {
        return tasks.size();
    }

    /** Ends everything; the second time does nothing. */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        // clients first, while servers can still be told how the tasks ended
        clients.stream().filter(RealAgent::isAlive).forEach(RealAgent::stop);
        clients.forEach(RealAgent::awaitEnd);
        all().forEach(RealAgent::kill);
        for (var client : clients) {
            Commands.said(client.host()
                    .command(
                            "./steppe",
                            "agent",
                            "cleanup",
                            "-force",
                            "-config=" + client.log().resolveSibling(client.name() + ".hcl"))
                    .toArray(String[]::new));
        }
        for (var agent : all()) {
            agent.disk().remove();
            agent.host().close();
        }
        http.shutdownNow();
    }
}
