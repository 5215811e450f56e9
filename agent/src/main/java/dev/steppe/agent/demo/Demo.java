package dev.steppe.agent.demo;

import dev.steppe.agent.StopSignal;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.sockets.FreePorts;
import dev.steppe.model.Ids;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Shows the product on one machine: services of three kinds in one default-deny mesh, refused, allowed, killed, replaced,
 * and an agent restarted under them. With {@code --check} it does so unattended and its exit status says how it went.
 */
public final class Demo {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    /** Usually a tenth of it. */
    private static final Duration SERVED_WITHIN = Duration.ofSeconds(1);

    private static final long POLL_NANOS = 20_000_000;
    /** Where the example programs listen, which matters on a shared network. */
    private static final List<Integer> LISTENED = List.of(7000, 8080, 9001, 9002);

    private static final String ENGINE = "transcode-engine";
    private static final String API = "transcode-api";
    private static final String SCRAPER = "metrics-scraper";

    private final PrintStream out;
    private final boolean attended;
    private final Path home;
    private final Path directory;
    private final AgentProcess agent;
    private final AgentProcess.Ports ports;
    private final Calls calls;
    private final Workloads workloads;
    private final boolean bridged = LinuxCalls.isRoot();
    private final HostMode hostMode = new HostMode(LISTENED);
    private final ShellImage shellImage = new ShellImage();
    private int steps;

    private Demo(PrintStream out, boolean attended, Path home, Path directory, AgentProcess.Ports ports) {
        this.out = out;
        this.attended = attended;
        this.home = home;
        this.directory = directory;
        this.ports = ports;
        this.agent = new AgentProcess(directory.resolve("agent"), ports);
        this.calls = new Calls(ports.nomad(), ports.consul());
        this.workloads = new Workloads(calls);
    }

    /** Runs the demonstration; {@code home} is where the examples are. The result is the process's exit status. */
    public static int run(List<String> arguments, Path home, PrintStream out, PrintStream err) {
        for (String argument : arguments) {
            if (!argument.matches("--?check")) {
                err.println("steppe demo: unknown argument \"" + argument + "\"; it knows --check only");
                return 1;
            }
        }
        if (!LinuxCalls.isRoot()) {
            out.println("steppe demo: without root there are no networks of their own and no users to change to;"
                    + " it runs in host mode. For all of it: sudo ./steppe demo");
        }
        try (var free = new FreePorts()) {
            var directory = Files.createTempDirectory("steppe-demo-");
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
            var ports = new AgentProcess.Ports(free.near(4646), free.near(8500), free.near(8600));
            return new Demo(out, arguments.isEmpty(), home, directory, ports).run();
        } catch (IOException failed) {
            err.println("steppe demo: " + failed.getMessage());
            return 1;
        }
    }

    /** Something that is shown; false or an exception means it is not as it should be. */
    @FunctionalInterface
    private interface Step {
        String show() throws IOException, InterruptedException;
    }

    private int run() {
        var signal = StopSignal.install();
        try {
            boolean good = steps(signal);
            if (good && attended) {
                sayWhereToLook();
                signal.await();
            }
            boolean clean = step("everything stopped, nothing left behind", this::stopAndLook);
            out.println(good && clean ? "demo: all " + steps + " steps passed" : "demo: FAILED, see " + agent.log());
            return good && clean ? 0 : 1;
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return 1;
        } finally {
            signal.done();
        }
    }

    /** A step with what it shows. */
    private record Titled(String title, Step step) {}

    private boolean steps(StopSignal signal) throws InterruptedException {
        var all = List.of(
                new Titled("a dev agent with a default-deny mesh", this::startAgent),
                new Titled(
                        "four jobs submitted: a JVM API, a plain-process engine, a scraper, the count dashboard",
                        this::submit),
                new Titled("all services healthy", this::awaitHealth),
                new Titled("API -> engine is refused: no intention speaks of it", this::showRefused),
                new Titled("the API's alloc status names the rule and the remedy", this::showWhy),
                new Titled("intention created: API -> engine is served", this::showServed),
                new Titled("metrics-scraper -> engine is still refused", this::showScraperRefused),
                new Titled("the dashboard calls its API once that is allowed", this::showDashboard),
                new Titled("an instance is killed and comes back", this::showReplaced),
                new Titled(
                        "the agent is killed and started again: same processes, the open connection goes on",
                        this::showRestart));
        for (Titled next : all) {
            if (signal.await(Duration.ZERO) || !step(next.title(), next.step())) {
                return false;
            }
        }
        return true;
    }

    private boolean step(String title, Step step) {
        steps++;
        long begun = System.nanoTime();
        try {
            String shown = step.show();
            long millis = Duration.ofNanos(System.nanoTime() - begun).toMillis();
            boolean oneLine = !attended && !shown.isEmpty();
            String seen = oneLine ? "; " + shown.lines().findFirst().orElseThrow() : "";
            out.println("ok " + steps + "  " + title + seen + " (" + millis + " ms)");
            if (attended && !shown.isEmpty()) {
                out.println("      " + shown.replace("\n", "\n      "));
            }
            return true;
        } catch (IOException failed) {
            out.println("FAILED " + steps + "  " + title + ": " + failed.getMessage());
            return false;
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private String startAgent() throws IOException, InterruptedException {
        agent.start();
        awaitNode();
        return "Nomad API on port " + ports.nomad() + ", Consul API on port " + ports.consul();
    }

    private void awaitNode() throws IOException, InterruptedException {
        await("a ready node", () -> {
            if (!agent.isAlive()) {
                throw new IOException("the agent ended; its log is " + agent.log());
            }
            return calls.nomad("/v1/nodes").rows().stream().anyMatch(node -> "ready".equals(node.get("Status")));
        });
    }

    private String submit() throws IOException, InterruptedException {
        Path jar = directory.resolve("example-programs.jar");
        Files.copy(programs(), jar, StandardCopyOption.REPLACE_EXISTING);
        Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-r--r--"));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var image = bridged ? shellImage.make(directory) : Optional.<String>empty();
        for (String job : List.of(ENGINE, API, SCRAPER, "countdash")) {
            String file = job.equals(SCRAPER) && image.isPresent() ? job + "-docker" : job;
            String source = Files.readString(home.resolve("examples").resolve(file + ".nomad"));
            var variables = new TreeMap<String, String>();
            if (source.contains("variable \"jar\"")) {
                variables.put("jar", jar.toString());
            }
            if (source.contains("variable \"image\"")) {
                variables.put("image", image.orElseThrow());
            }
            if (source.contains("variable \"java\"")) {
                variables.put("java", java);
            }
            var parsed = calls.parse(source, variables);
            calls.register(bridged ? parsed : hostMode.rewrite(parsed));
        }
        return image.map(name -> "the scraper is a container of the image " + name + ", made here")
                .orElse("the scraper is a plain process, since no Docker runs here");
    }

    /** Built from the sources, or unpacked with the examples. */
    private Path programs() {
        Path built = home.resolve("build/examples/example-programs.jar");
        return Files.exists(built) ? built : home.resolve("examples/example-programs.jar");
    }

    private String awaitHealth() throws IOException, InterruptedException {
        for (String service : List.of(ENGINE, API, SCRAPER, "count-api", "count-dashboard")) {
            await(
                    service + " healthy",
                    () -> !calls.consul("/v1/health/service/" + service + "?passing")
                            .rows()
                            .isEmpty());
        }
        for (String job : List.of(ENGINE, API, SCRAPER, "countdash")) {
            await(
                    job + " in the mesh",
                    () -> workloads.running(job).stream()
                            .allMatch(allocation -> Calls.map(allocation.get("TaskStates")).keySet().stream()
                                    .anyMatch(task -> task.startsWith("connect-proxy-"))));
        }
        return "";
    }

    private String apiUrl() throws IOException, InterruptedException {
        return "http://" + workloads.address(API, "http");
    }

    private String showRefused() throws IOException, InterruptedException {
        var answer = calls.page(apiUrl() + "/transcode");
        if (answer.status() != 502) {
            throw new IOException("expected status 502, got " + answer.status() + ": " + answer.body());
        }
        return answer.body().strip();
    }

    private String showWhy() throws IOException, InterruptedException {
        var shown = new ArrayList<String>();
        await("the refusal in the API's status", () -> {
            shown.clear();
            for (var allocation : workloads.running(API)) {
                for (var refusal : workloads.refusals(allocation)) {
                    shown.add(refusal.get("Rule") + "; allow it with: " + refusal.get("Remedy"));
                }
            }
            return shown.stream().anyMatch(text -> text.contains("intention create -allow " + API + " " + ENGINE));
        });
        return shown.getFirst();
    }

    private String showServed() throws IOException, InterruptedException {
        allow(API, ENGINE);
        long begun = System.nanoTime();
        var body = new ArrayList<String>();
        await("a served call", () -> {
            var answer = calls.page(apiUrl() + "/transcode");
            body.clear();
            body.add(answer.body().strip());
            return answer.status() == 200;
        });
        long millis = Duration.ofNanos(System.nanoTime() - begun).toMillis();
        if (millis > SERVED_WITHIN.toMillis()) {
            throw new IOException("it took " + millis + " ms, more than a second");
        }
        return body.getFirst() + "  (" + millis + " ms after the intention was created)";
    }

    private void allow(String source, String destination) throws IOException, InterruptedException {
        var answer = calls.consulPut(
                "/v1/connect/intentions/exact?source=" + source + "&destination=" + destination,
                Map.of("Action", "allow"));
        if (answer.status() != 200) {
            throw new IOException("the intention was not taken: " + answer.body());
        }
    }

    private String showScraperRefused() throws IOException, InterruptedException {
        var refused = new ArrayList<String>();
        await("a refusal of the scraper", () -> {
            for (var allocation : workloads.running(SCRAPER)) {
                for (var refusal : workloads.refusals(allocation)) {
                    refused.add(String.valueOf(refusal.get("Rule")));
                }
            }
            return !refused.isEmpty();
        });
        String log = workloads.log(workloads.running(SCRAPER).getFirst());
        if (log.contains("scraped ")) {
            throw new IOException("the scraper got through: " + log);
        }
        return refused.getFirst();
    }

    private String showDashboard() throws IOException, InterruptedException {
        allow("count-dashboard", "count-api");
        String url = "http://" + workloads.address("countdash", "http");
        await("the dashboard's count", () -> {
            var answer = calls.page(url + "/");
            return answer.status() == 200 && answer.body().matches("(?s).*\\d.*");
        });
        return url;
    }

    private String showReplaced() throws IOException, InterruptedException {
        var before = workloads.processes(directory.resolve("agent"), "TranscodeEngine");
        if (before.isEmpty()) {
            throw new IOException("the engine's process was not found");
        }
        before.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        await("another engine process that serves", () -> {
            var now = workloads.processes(directory.resolve("agent"), "TranscodeEngine");
            return !now.isEmpty()
                    && now.stream().noneMatch(before::contains)
                    && calls.page(apiUrl() + "/transcode").status() == 200;
        });
        // an agent that is killed now would leave the proxy with what was known while the engine was away
        await(
                "the engine healthy again",
                () -> !calls.consul("/v1/health/service/" + ENGINE + "?passing")
                                .rows()
                                .isEmpty()
                        && calls.page(apiUrl() + "/transcode").status() == 200);
        return "process " + before.getFirst() + " was killed, process "
                + workloads
                        .processes(directory.resolve("agent"), "TranscodeEngine")
                        .getFirst() + " serves";
    }

    private String showRestart() throws IOException, InterruptedException {
        var before = workloads.processes(directory.resolve("agent"), "dev.steppe.examples");
        var restartsBefore = workloads.restarts(List.of(ENGINE, API, SCRAPER, "countdash"));
        try (var ticks =
                new BufferedReader(new InputStreamReader(calls.stream(apiUrl() + "/stream"), StandardCharsets.UTF_8))) {
            tick(ticks);
            agent.kill();
            tick(ticks);
            tick(ticks);
            var unattended = calls.page(lastApiUrl() + "/transcode");
            if (unattended.status() != 200) {
                throw new IOException("a new call was not served while no agent ran: " + unattended.status() + " "
                        + unattended.body().strip());
            }
            agent.start();
            awaitNode();
            tick(ticks);
        }
        await(
                "everything taken over",
                () -> workloads
                        .restarts(List.of(ENGINE, API, SCRAPER, "countdash"))
                        .equals(restartsBefore));
        var after = workloads.processes(directory.resolve("agent"), "dev.steppe.examples");
        if (!after.equals(before)) {
            throw new IOException("processes were " + before + " and are " + after);
        }
        return "same " + after.size() + " processes, no restart; a call during the absence was served";
    }

    private String lastApiUrl() {
        return "http://" + workloads.lastAddress(API);
    }

    private static void tick(BufferedReader ticks) throws IOException {
        if (ticks.readLine() == null) {
            throw new IOException("the open connection broke");
        }
    }

    private String stopAndLook() throws IOException, InterruptedException {
        cleanUp();
        return Leftovers.none(directory);
    }

    private void cleanUp() {
        try {
            if (!agent.stop()) {
                out.println("the agent did not stop in time; see " + agent.log());
            }
            calls.close();
            if (bridged) {
                shellImage.remove();
            }
            if (steps > 0 && Files.exists(directory)) {
                removeTree(directory);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (IOException left) {
            out.println("could not remove " + directory + ": " + left.getMessage());
        }
    }

    private static void removeTree(Path root) throws IOException {
        try (var paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                if (!path.toString().endsWith(".log") && !path.equals(root)) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }

    private void sayWhereToLook() throws IllegalStateException {
        out.println("""

                It runs now. In another terminal (with NOMAD_ADDR=http://127.0.0.1:%d CONSUL_HTTP_ADDR=http://127.0.0.1:%d):
                  ./steppe job status transcode-api
                  ./steppe alloc status <id>              shows what the mesh refused, and why
                  ./steppe intention list
                  ./steppe intention create -allow metrics-scraper transcode-engine
                  ./steppe catalog services
                Ctrl-C stops everything and removes it.""".formatted(ports.nomad(), ports.consul()));
    }

    /** A question that is asked until the answer is yes. */
    @FunctionalInterface
    interface Question {
        boolean ask() throws IOException, InterruptedException;
    }

    private void await(String what, Question question) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Optional<String> last = Optional.empty();
        while (System.nanoTime() < deadline) {
            try {
                if (question.ask()) {
                    return;
                }
                last = Optional.empty();
            } catch (IOException notYet) {
                if (!agent.isAlive()) {
                    throw notYet;
                }
                last = Optional.ofNullable(notYet.getMessage());
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        throw new IOException("waited " + PATIENCE.toSeconds() + " s for " + what + " in vain"
                + last.map(message -> ": " + message).orElse(""));
    }

    static String shortId(Map<String, Object> allocation) {
        return Ids.shortId(String.valueOf(allocation.get("ID")));
    }
}
