package dev.steppe.simulation.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * How quick and how small: the start of an agent and of a command, from submission to a running task, short tasks in a
 * second, memory with 50 tasks. Everything runs as users run it, through {@code ./steppe} and HTTP. Arguments choose parts.
 */
public final class StartBench {
    private static final PrintStream OUT = System.out;
    private static final List<String> PARTS = List.of("agent", "command", "running", "short", "memory");
    private static final int STARTS = 5;
    private static final int COMMANDS = 20;
    private static final int SUBMISSIONS = 50;
    private static final int WARM_UP = 10;
    private static final int SHORT_TASKS = 200;
    private static final int KEPT_TASKS = 40;
    private static final int MESH_TASKS = 10;
    private static final int SUBMITTERS = 4;
    private static final Duration PROXY_PATIENCE = Duration.ofSeconds(20);

    private StartBench() {}

    public static void main(String[] arguments) throws Exception {
        var parts = new TreeSet<>(arguments.length == 0 ? PARTS : Arrays.asList(arguments));
        if (!PARTS.containsAll(parts)) {
            throw new IllegalArgumentException("unknown part of " + parts + "; known: " + PARTS);
        }
        // builds what changed, so that no measured start does
        command();
        OUT.println("machine: " + ProcessMemory.machine());
        if (parts.contains("command")) {
            commands();
        }
        if (parts.contains("agent")) {
            agentStarts();
        }
        if (parts.contains("running")) {
            running();
        }
        if (parts.contains("short")) {
            shortTasks();
        }
        if (parts.contains("memory")) {
            memory();
        }
    }

    private static Duration command() throws IOException, InterruptedException {
        long begun = System.nanoTime();
        var version = new ProcessBuilder("./steppe", "version")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (version.waitFor() != 0) {
            throw new IOException("./steppe version ended with status " + version.exitValue());
        }
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    private static void commands() throws IOException, InterruptedException {
        var took = new double[COMMANDS];
        for (int i = 0; i < COMMANDS; i++) {
            took[i] = millis(command());
        }
        Arrays.sort(took);
        line(
                "command start (steppe version)",
                "best %.0f, p50 %.0f ms, %d runs",
                "p50 <= 150 ms",
                took[0],
                middle(took),
                COMMANDS);
    }

    private static void agentStarts() throws IOException, InterruptedException {
        var took = new double[STARTS];
        var cpu = new double[STARTS];
        for (int i = 0; i < STARTS; i++) {
            try (var agent = new BenchAgent()) {
                var start = agent.start();
                took[i] = millis(start.untilReady());
                cpu[i] = millis(start.cpu());
            }
        }
        Arrays.sort(took);
        Arrays.sort(cpu);
        line(
                "agent start (exec to leader and ready node)",
                "best %.0f, p50 %.0f ms; processor p50 %.0f ms, %d runs",
                "<= 2,000 ms",
                took[0],
                middle(took),
                middle(cpu),
                STARTS);
    }

    private static void running() throws IOException, InterruptedException {
        try (var agent = new BenchAgent()) {
            agent.start();
            for (int i = 0; i < WARM_UP; i++) {
                submitToRunning(agent, "warm-up-" + i);
            }
            var cpuBefore = ProcessMemory.cpu(agent.pid());
            var took = new double[SUBMISSIONS];
            for (int i = 0; i < SUBMISSIONS; i++) {
                took[i] = submitToRunning(agent, "running-" + i);
            }
            var cpu = ProcessMemory.cpu(agent.pid()).minus(cpuBefore);
            Arrays.sort(took);
            line(
                    "submit to running in the API (raw_exec)",
                    "best %.1f, p50 %.1f, p99 %.1f ms; processor %.1f ms each, %d jobs",
                    "p50 <= 60 ms",
                    took[0],
                    middle(took),
                    took[SUBMISSIONS * 99 / 100],
                    millis(cpu) / SUBMISSIONS,
                    SUBMISSIONS);
        }
    }

    private static double submitToRunning(BenchAgent agent, String name) throws IOException, InterruptedException {
        var job = job(name, "service", 1, "/bin/sleep", "[\"1000\"]", "");
        long begun = System.nanoTime();
        agent.register(job);
        agent.await(
                name + " to run",
                "/v1/job/" + name + "/allocations",
                body -> body.contains("\"ClientStatus\":\"running\""));
        double took = millis(Duration.ofNanos(System.nanoTime() - begun));
        agent.purge(name);
        return took;
    }

    private static void shortTasks() throws IOException, InterruptedException {
        try (var agent = new BenchAgent()) {
            agent.start();
            for (int i = 0; i < WARM_UP; i++) {
                agent.register(job("warm-up-" + i, "batch", 2, "/bin/true", "[]", ""));
            }
            agent.await("warm-up", "/v1/allocations", body -> complete(body) == 2 * WARM_UP);
            burst(
                    agent,
                    "as one job of 200",
                    () -> agent.register(job("one", "batch", SHORT_TASKS, "/bin/true", "[]", "")));
            burst(
                    agent,
                    "as one job of 200, again",
                    () -> agent.register(job("two", "batch", SHORT_TASKS, "/bin/true", "[]", "")));
            burst(agent, "as 200 jobs from 4 submitters", () -> submitAll(agent));
        }
    }

    private static void submitAll(BenchAgent agent) throws IOException, InterruptedException {
        try (var submitters = Executors.newFixedThreadPool(SUBMITTERS)) {
            var submitted = new ArrayList<Future<?>>();
            for (int i = 0; i < SHORT_TASKS; i++) {
                var job = job("many-" + i, "batch", 1, "/bin/true", "[]", "");
                submitted.add(submitters.submit(() -> {
                    agent.register(job);
                    return job;
                }));
            }
            for (Future<?> one : submitted) {
                one.get();
            }
        } catch (ExecutionException refused) {
            throw new IOException(refused.getCause());
        }
    }

    private interface Submission {
        void run() throws IOException, InterruptedException;
    }

    private static void burst(BenchAgent agent, String how, Submission submission)
            throws IOException, InterruptedException {
        long before = complete(agent.get("/v1/allocations").body());
        var cpuBefore = ProcessMemory.cpu(agent.pid());
        long begun = System.nanoTime();
        submission.run();
        double submitted = millis(Duration.ofNanos(System.nanoTime() - begun));
        agent.awaitSampled("the end of " + how, "/v1/allocations", body -> complete(body) >= before + SHORT_TASKS);
        double took = millis(Duration.ofNanos(System.nanoTime() - begun));
        var cpu = ProcessMemory.cpu(agent.pid()).minus(cpuBefore);
        line(
                "200 short tasks to completion, " + how,
                "%.0f/s (%.0f ms, submitted after %.0f); agent's processor %.1f ms a task",
                ">= 100/s",
                SHORT_TASKS * 1000 / took,
                took,
                submitted,
                millis(cpu) / SHORT_TASKS);
    }

    private static long complete(String body) {
        return body.split("\"ClientStatus\":\"complete\"", -1).length - 1L;
    }

    private static void memory() throws IOException, InterruptedException {
        try (var agent = new BenchAgent()) {
            agent.start();
            TimeUnit.SECONDS.sleep(2);
            var empty = Footprint.of(agent);
            // the first task of the mesh brings the proxy; what one more task costs is counted from there
            agent.register(job("first", "service", 1, "/bin/sleep", "[\"1000\"]", MESH));
            agent.await("the first task", "/v1/allocations", body -> running(body) == 1);
            awaitProxy(agent);
            TimeUnit.SECONDS.sleep(5);
            var first = Footprint.of(agent);
            agent.register(job("kept", "service", KEPT_TASKS, "/bin/sleep", "[\"1000\"]", ""));
            agent.register(job("meshed", "service", MESH_TASKS - 1, "/bin/sleep", "[\"1000\"]", MESH));
            agent.await("50 running tasks", "/v1/allocations", body -> running(body) == KEPT_TASKS + MESH_TASKS);
            TimeUnit.SECONDS.sleep(5);
            var full = Footprint.of(agent);
            line(
                    "memory without tasks (PSS)",
                    "%.1f MB: agent %.1f, proxy %.1f, broker %.1f",
                    "",
                    megabytes(empty.total()),
                    megabytes(empty.agent()),
                    megabytes(empty.proxy()),
                    megabytes(empty.broker()));
            line(
                    "memory with the first task of the mesh (PSS)",
                    "%.1f MB: agent %.1f, proxy %.1f, broker %.1f",
                    "",
                    megabytes(first.total()),
                    megabytes(first.agent()),
                    megabytes(first.proxy()),
                    megabytes(first.broker()));
            line(
                    "memory with 50 tasks, 10 of them in the mesh (PSS)",
                    "%.1f MB: agent %.1f, proxy %.1f, broker %.1f, %d reapers %.1f",
                    "<= 250 MB",
                    megabytes(full.total()),
                    megabytes(full.agent()),
                    megabytes(full.proxy()),
                    megabytes(full.broker()),
                    full.reaperCount(),
                    megabytes(full.reapers()));
            line(
                    "memory for each task",
                    "%.2f MB: what the agent grew by after the first, and the reaper (%.2f MB)",
                    "<= 0.5 MB",
                    megabytes(full.agent() - first.agent() + full.reapers() - first.reapers())
                            / (KEPT_TASKS + MESH_TASKS - 1),
                    megabytes(full.reapers()) / (KEPT_TASKS + MESH_TASKS));
        }
    }

    private static void awaitProxy(BenchAgent agent) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PROXY_PATIENCE.toNanos();
        while (Footprint.of(agent).proxy() == 0) {
            if (System.nanoTime() > deadline) {
                throw new IOException("no proxy after " + PROXY_PATIENCE + "; the agent's log is " + agent.log());
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private static long running(String body) {
        return body.split("\"ClientStatus\":\"running\"", -1).length - 1L;
    }

    /** Kilobytes of the processes of one agent. */
    private record Footprint(long agent, long proxy, long broker, long reapers, long reaperCount) {
        static Footprint of(BenchAgent agent) throws IOException {
            long proxy = 0;
            long broker = 0;
            long reapers = 0;
            long reaperCount = 0;
            var data = agent.data().toString();
            for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
                var words = ProcessMemory.commandLine(process.pid());
                boolean reaper = process.parent().map(ProcessHandle::pid).orElse(0L) == agent.pid()
                        && ProcessMemory.name(process.pid()).equals("steppe-reaper");
                if (process.pid() == agent.pid() || !reaper && !words.contains(data)) {
                    continue;
                }
                long kilobytes = ProcessMemory.pssKilobytes(process.pid());
                if (words.contains("dev.steppe.proxy.Main")) {
                    proxy += kilobytes;
                } else if (words.contains("SocketBroker")) {
                    broker += kilobytes;
                } else if (reaper) {
                    reapers += kilobytes;
                    reaperCount++;
                }
            }
            return new Footprint(ProcessMemory.pssKilobytes(agent.pid()), proxy, broker, reapers, reaperCount);
        }

        long total() {
            return agent + proxy + broker + reapers;
        }
    }

    private static final String MESH = """
            "Networks":[{"Mode":"bridge"}],
            "Services":[{"Name":"meshed","PortLabel":"9000","Connect":{"SidecarService":{}}}],""";

    private static String job(String name, String type, int count, String command, String arguments, String group) {
        return """
            {"ID":"%s","Name":"%s","Type":"%s","Datacenters":["*"],"TaskGroups":[{"Name":"g","Count":%d,%s"Tasks":[{"Name":"t",
             "Driver":"raw_exec","Config":{"command":"%s","args":%s},"Resources":{"CPU":1,"MemoryMB":10}}]}]}
            """.formatted(name, name, type, count, group, command, arguments);
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }

    private static double megabytes(double kilobytes) {
        return kilobytes / 1024;
    }

    private static double middle(double[] sorted) {
        return sorted[sorted.length / 2];
    }

    private static void line(String what, String format, String aim, Object... values) throws IOException {
        OUT.printf(
                Locale.ROOT,
                "%-52s %s%s (load %s)%n",
                what,
                String.format(Locale.ROOT, format, values),
                aim.isEmpty() ? "" : "; aim " + aim,
                ProcessMemory.load());
    }
}
