package dev.steppe.simulation.bench;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Whether kills of the agent at any moment lose, double or falsify a task: {@code crashes [COUNT] [SEED]}. Jobs are submitted,
 * stopped and end all the while; each task writes a line when it starts and one when it ends, and these lines, not the
 * agent, say what happened. Needs root.
 */
public final class CrashBench {
    private static final PrintStream OUT = System.out;
    private static final int KILLS = 50;
    private static final int KILLS_A_LINE = 10;
    private static final int ALIVE_MILLIS_MAX = 1_500;
    private static final int PAUSE_MILLIS_MAX = 60;
    private static final int TASK_MILLIS_MAX = 2_500;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final BenchAgent agent;

    /** When the agent is killed; apart from what is submitted, whose amount depends on the machine. */
    private final Random moments;

    private final Random random;
    private final Path lines;
    private final Map<String, Work> works = new TreeMap<>();
    private int duringStart;

    private CrashBench(BenchAgent agent, long seed, Path lines) {
        this.agent = agent;
        this.moments = new Random(seed);
        this.random = new Random(~seed);
        this.lines = lines;
    }

    /** A job with one task: how it is to end, and what the agent acknowledged. */
    private static final class Work {
        private final String json;
        private final boolean service;
        private final int exitCode;
        private boolean accepted;
        private boolean stopping;
        private boolean stopAccepted;

        Work(String json, boolean service, int exitCode) {
            this.json = json;
            this.service = service;
            this.exitCode = exitCode;
        }
    }

    public static void main(String[] arguments) throws Exception {
        if (!LinuxCalls.isRoot()) {
            throw new IllegalStateException("isolation needs root: run it as root");
        }
        int kills = arguments.length > 0 ? Integer.parseInt(arguments[0]) : KILLS;
        long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1;
        OUT.println("machine: " + ProcessMemory.machine());
        var lines = Files.createTempDirectory("steppe-crashes-");
        // tasks run as users of their own
        Files.setPosixFilePermissions(lines, PosixFilePermissions.fromString("rwxrwxrwx"));
        List<String> wrong;
        try (var agent = BenchAgent.durable()) {
            wrong = new CrashBench(agent, seed, lines).run(kills);
        } finally {
            try (var left = Files.walk(lines)) {
                for (Path each : left.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
        wrong.forEach(line -> OUT.println("WRONG: " + line));
        OUT.println(wrong.isEmpty() ? "nothing lost, nothing twice" : wrong.size() + " things are wrong; seed " + seed);
        System.exit(wrong.isEmpty() ? 0 : 1);
    }

    private List<String> run(int kills) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        for (int kill = 0; kill < kills; kill++) {
            if (moments.nextInt(5) == 0) {
                // before it is ready: while it reads its log or takes over what runs
                agent.begin();
                TimeUnit.MILLISECONDS.sleep(moments.nextInt(ALIVE_MILLIS_MAX));
                agent.kill();
                duringStart++;
            } else {
                agent.start();
                workFor(Duration.ofMillis(moments.nextInt(ALIVE_MILLIS_MAX)));
            }
            if ((kill + 1) % KILLS_A_LINE == 0) {
                OUT.printf(Locale.ROOT, "%d kills, %d tasks, load %s%n", kill + 1, works.size(), ProcessMemory.load());
            }
        }
        agent.start();
        repeatUnanswered();
        stopServices();
        long restarted = System.nanoTime();
        List<String> wrong = wrong();
        while (!wrong.isEmpty() && System.nanoTime() - restarted < PATIENCE.toNanos()) {
            TimeUnit.MILLISECONDS.sleep(100);
            wrong = wrong();
        }
        long services = works.values().stream().filter(work -> work.service).count();
        OUT.printf(
                Locale.ROOT,
                "%d kills, %d of them during a start; %d tasks, %d of them stopped; %.1f s until all was as it must be, %d s in all%n",
                kills,
                duringStart,
                works.size(),
                services,
                (System.nanoTime() - restarted) / 1e9,
                Duration.ofNanos(System.nanoTime() - begun).toSeconds());
        return wrong;
    }

    /** Submits and stops from another thread, so that the kill at the end falls into the middle of a request. */
    private void workFor(Duration time) throws InterruptedException {
        var worker = Thread.ofPlatform().start(() -> {
            try {
                repeatUnanswered();
                while (!Thread.currentThread().isInterrupted()) {
                    if (random.nextInt(5) == 0) {
                        stopServices();
                    } else {
                        submit(invent());
                    }
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(PAUSE_MILLIS_MAX));
                }
            } catch (IOException | InterruptedException killed) {
                // what was not acknowledged is asked for again
                Thread.currentThread().interrupt();
            }
        });
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
        agent.kill();
        worker.interrupt();
        worker.join();
    }

    private String invent() {
        var name = "work-" + works.size();
        boolean service = random.nextInt(4) == 0;
        boolean isolated = random.nextInt(3) == 0;
        int exitCode = service ? 0 : random.nextInt(3) == 0 ? 1 + random.nextInt(100) : 0;
        // an isolated task sees nothing but its own directories
        var file =
                isolated ? "$NOMAD_ALLOC_DIR/data/lines" : lines.resolve(name).toString();
        var script = service
                ? "trap 'echo ended >>%1$s; exit 0' INT; echo started >>%1$s; while :; do sleep 0.05; done"
                        .formatted(file)
                : "echo started >>%1$s; sleep %2$.3f; echo ended >>%1$s; exit %3$d"
                        .formatted(file, random.nextInt(TASK_MILLIS_MAX) / 1e3, exitCode);
        var json = """
                {"ID":"%s","Name":"%s","Type":"%s","Datacenters":["*"],"TaskGroups":[{"Name":"g","Count":1,
                 "RestartPolicy":{"Attempts":0,"Mode":"fail"},"ReschedulePolicy":{"Attempts":0,"Unlimited":false},
                 "Tasks":[{"Name":"t","Driver":"%s","Config":{"command":"/bin/sh","args":["-c",%s]},
                 "Resources":{"CPU":1,"MemoryMB":10}}]}]}
                """.formatted(
                name, name, service ? "service" : "batch", isolated ? "exec" : "raw_exec", Codec.toJson(script));
        works.put(name, new Work(json, service, exitCode));
        return name;
    }

    private void submit(String name) throws IOException, InterruptedException {
        var work = Objects.requireNonNull(works.get(name), name);
        agent.register(work.json);
        work.accepted = true;
    }

    /** A request without an answer may have had its effect or not; asked again it must not have it twice. */
    private void repeatUnanswered() throws IOException, InterruptedException {
        for (var entry : works.entrySet()) {
            if (!entry.getValue().accepted) {
                submit(entry.getKey());
            }
        }
    }

    /** Services whose tasks have written that they started. */
    private void stopServices() throws IOException, InterruptedException {
        for (var entry : works.entrySet()) {
            var work = entry.getValue();
            if (work.service && work.accepted && !work.stopAccepted && (work.stopping || hasStarted(entry.getKey()))) {
                work.stopping = true;
                agent.stop(entry.getKey());
                work.stopAccepted = true;
            }
        }
    }

    private boolean hasStarted(String name) throws IOException, InterruptedException {
        for (Map<?, ?> allocation : allocations(name)) {
            if (written(name, id(allocation)).contains("started")) {
                return true;
            }
        }
        return false;
    }

    private List<String> written(String name, String allocation) throws IOException {
        var found = new ArrayList<String>();
        for (Path file :
                List.of(lines.resolve(name), agent.data().resolve("alloc/" + allocation + "/alloc/data/lines"))) {
            if (Files.exists(file)) {
                found.addAll(Files.readAllLines(file));
            }
        }
        return found;
    }

    private List<Map<?, ?>> allocations(String name) throws IOException, InterruptedException {
        var found = new ArrayList<Map<?, ?>>();
        try {
            var answer = Codec.fromJson(
                    Object.class, agent.get("/v1/job/" + name + "/allocations").body());
            for (Object row : (List<?>) answer) {
                found.add((Map<?, ?>) row);
            }
        } catch (CodecException unreadable) {
            throw new IOException(unreadable);
        }
        return found;
    }

    /** Everything that is not as it must be in the end. */
    private List<String> wrong() throws IOException, InterruptedException {
        stopServices();
        var wrong = new ArrayList<String>();
        for (var entry : works.entrySet()) {
            var name = entry.getKey();
            var all = allocations(name);
            if (all.size() != 1) {
                wrong.add(name + " has " + all.size() + " allocations instead of one");
                continue;
            }
            var allocation = all.getFirst();
            var lines = written(name, id(allocation));
            if (!lines.equals(List.of("started", "ended"))) {
                wrong.add(name + " wrote " + lines + ": " + allocation);
            }
            var code = entry.getValue().exitCode;
            var status = code == 0 ? "complete" : "failed";
            if (!status.equals(allocation.get("ClientStatus"))) {
                wrong.add(name + " is " + allocation.get("ClientStatus") + " instead of " + status + ": " + allocation);
            } else if (!exitCodes(allocation).equals(List.of("Exit Code: " + code))) {
                wrong.add(name + " ended with " + exitCodes(allocation) + " instead of " + code + ": " + allocation);
            }
        }
        return wrong;
    }

    private static String id(Map<?, ?> allocation) {
        return String.valueOf(allocation.get("ID"));
    }

    private static List<String> exitCodes(Map<?, ?> allocation) {
        var found = new ArrayList<String>();
        if (!(allocation.get("TaskStates") instanceof Map<?, ?> states
                && states.get("t") instanceof Map<?, ?> task
                && task.get("Events") instanceof List<?> events)) {
            return found;
        }
        for (Object each : events) {
            var event = (Map<?, ?>) each;
            if ("Terminated".equals(event.get("Type"))) {
                found.add((String) event.get("DisplayMessage"));
            }
        }
        return found;
    }
}
