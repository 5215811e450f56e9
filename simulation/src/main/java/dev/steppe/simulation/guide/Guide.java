package dev.steppe.simulation.guide;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.simulation.hosts.Commands;
import dev.steppe.simulation.hosts.Host;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * {@code ./dev guide}: the published guide on five hosts, as far as it makes a cluster: its steps 2, 4 and 5 and the first
 * of its validations. Its files are there word for word; only where it tells to put a key, one is put. {@code steppe} stands
 * in the place of the guide's two programs, so one agent reads both directories.
 */
public final class Guide {
    private static final PrintStream OUT = System.out;
    private static final Path FILES = Path.of("agent/src/test/resources/dev/steppe/agent/configuration");
    private static final Duration PATIENCE = Duration.ofSeconds(180);
    private static final List<String> SERVERS = List.of("kv-control-0", "kv-control-1", "kv-control-2");
    private static final List<String> CLIENTS = List.of("client-docker", "client-edge");

    private final Path directory;
    private final Path program = Path.of("steppe").toAbsolutePath();
    private final Map<String, Host> hosts = new TreeMap<>();
    private final List<Process> agents = new ArrayList<>();
    /** What the guide has people export. */
    private final Map<String, String> exported = new TreeMap<>();

    private final long begun = System.nanoTime();

    private Guide(Path directory) {
        this.directory = directory;
    }

    public static void main(String[] arguments) throws Exception {
        if (!LinuxCalls.isRoot()) {
            throw new IllegalStateException("network namespaces need root: run it as root");
        }
        var directory = Files.createTempDirectory("steppe-guide-");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        var guide = new Guide(directory);
        boolean good = false;
        try {
            guide.follow();
            good = true;
        } catch (IOException broken) {
            OUT.println("guide: FAILED: " + broken.getMessage());
            OUT.println("the agents' logs are in " + directory);
        } finally {
            guide.end();
        }
        if (good) {
            Commands.run("rm", "-rf", "--one-file-system", directory.toString());
        }
        System.exit(good ? 0 : 1);
    }

    private void follow() throws IOException, InterruptedException {
        makeCertificates();
        Host.makeBridge();
        int number = 1;
        for (String name : SERVERS) {
            prepare(name, "consul-server", "nomad-server");
            hosts.put(name, Host.machine(name, number++, directory.resolve(name)));
        }
        for (String name : CLIENTS) {
            prepare(name, "consul-client", name);
            hosts.put(name, Host.machine(name, number++, directory.resolve(name)));
        }
        for (String name : SERVERS) {
            start(name);
        }
        var first = SERVERS.getFirst();
        exported.put("CONSUL_HTTP_TOKEN", bootstrapped("step 2: consul acl bootstrap", first));
        refused("step 2: without the token", SERVERS.getLast(), "server members");
        shows("step 2: consul members: 3 servers, all alive", first, "members", 3, "(?i)kv-control-\\d.*alive.*");
        exported.put("NOMAD_TOKEN", bootstrapped("step 4: nomad acl bootstrap", first));
        shows("step 4: nomad server members: 3 alive", first, "server members", 3, "kv-control-\\d.*alive.*");
        shows("step 4: one of them leads", first, "server members", 1, "kv-control-\\d.*true.*");
        for (String name : CLIENTS) {
            start(name);
        }
        shows("step 5: nomad node status: 2 ready clients", first, "node status", 2, ".*client-(docker|edge).*ready.*");
        driver("client-edge", "raw_exec");
        if (System.getenv().containsKey("DOCKER_HOST")) {
            driver("client-docker", "docker");
        } else {
            OUT.println("step 5: the driver docker: not looked at, no Docker engine here");
        }
        shows("step 4: catalog services: nomad and nomad-client", first, "catalog services", 2, "nomad(-client)?");
        shows("validation 1: operator raft list-peers: 3 voters", first, "operator raft list-peers", 3, ".*true.*");
        shows("validation 1: one of them leads", first, "operator raft list-peers", 1, ".*leader.*");
        for (String name : SERVERS) {
            shows("validation 1: the same on " + name, name, "server members", 3, "kv-control-\\d.*alive.*");
        }
        OUT.println("guide: passed in " + seconds() + " s");
    }

    private long seconds() {
        return Duration.ofNanos(System.nanoTime() - begun).toSeconds();
    }

    /** "Generate the gossip key and a CA once, distribute". */
    private void makeCertificates() throws IOException {
        var place = Files.createDirectory(directory.resolve("workstation"));
        for (String words : List.of("ca create", "cert create -server -dc kv-dc1", "cert create -server")) {
            var all = new ArrayList<>(List.of("sh", "-c", "cd \"$0\" && exec \"$@\"", place.toString()));
            all.addAll(List.of(program.toString(), "tls"));
            all.addAll(List.of(words.split(" ")));
            Commands.run(all);
        }
        OUT.println("step 2: steppe tls ca create, steppe tls cert create: done");
    }

    private Path made(String suffix) throws IOException {
        try (var files = Files.list(directory.resolve("workstation"))) {
            return files.filter(file -> file.getFileName().toString().matches(suffix))
                    .findFirst()
                    .orElseThrow(() -> new IOException("steppe tls made no file " + suffix));
        }
    }

    /** The guide's files, and what it tells to put in place of its words in capitals. */
    private void prepare(String host, String consulFile, String nomadFile) throws IOException {
        var etc = directory.resolve(host).resolve("etc");
        var consul = Files.createDirectories(etc.resolve("consul.d"));
        var nomad = Files.createDirectories(etc.resolve("nomad.d"));
        Files.createDirectories(directory.resolve(host).resolve("opt"));
        Files.writeString(consul.resolve("consul.hcl"), published(consulFile));
        Files.writeString(
                nomad.resolve(nomadFile.equals("nomad-server") ? "nomad.hcl" : "client.hcl"), published(nomadFile));
        Files.copy(made(".*-agent-ca\\.pem"), consul.resolve("consul-agent-ca.pem"));
        Files.copy(made("kv-dc1-server-.*(?<!-key)\\.pem"), consul.resolve("dc1-server-consul.pem"));
        Files.copy(made("kv-dc1-server-.*-key\\.pem"), consul.resolve("dc1-server-consul-key.pem"));
        Files.copy(made(".*-agent-ca\\.pem"), nomad.resolve("nomad-ca.pem"));
        Files.copy(made("global-server-.*(?<!-key)\\.pem"), nomad.resolve("server.pem"));
        Files.copy(made("global-server-.*-key\\.pem"), nomad.resolve("server-key.pem"));
        var names = new StringBuilder("127.0.0.1 localhost\n");
        int number = 1;
        for (String name : SERVERS) {
            names.append(Host.address(number++)).append(' ').append(name).append('\n');
        }
        for (String name : CLIENTS) {
            names.append(Host.address(number++)).append(' ').append(name).append('\n');
        }
        Files.writeString(etc.resolve("hosts"), names);
    }

    /** Word for word but for the keys. */
    private static String published(String name) throws IOException {
        var key = "pUqJrVyVRj5jsiYEkM/tFQYfWyJIv4s3XkvDwy7Cu5s=";
        return Files.readString(FILES.resolve("guide-" + name + ".hcl"))
                .replace("BASE64_GOSSIP_KEY", key)
                .replace("BASE64_NOMAD_GOSSIP_KEY", key);
    }

    private Host host(String name) throws IOException {
        var host = hosts.get(name);
        if (host == null) {
            throw new IOException("there is no host " + name);
        }
        return host;
    }

    private void start(String name) throws IOException {
        var log = directory.resolve(name + ".log").toFile();
        var builder = new ProcessBuilder(host(name)
                        .command(program.toString(), "agent", "-config=/etc/consul.d", "-config=/etc/nomad.d"))
                .redirectErrorStream(true)
                .redirectOutput(log);
        builder.environment().putIfAbsent("STEPPE_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1");
        agents.add(builder.start());
    }

    /** What a command says on a host; it is asked as the guide's configuration wants it, over TLS. */
    private String said(String name, String words) throws IOException {
        return said(name, words, exported);
    }

    private String said(String name, String words, Map<String, String> variables) throws IOException {
        var all = new ArrayList<>(List.of(program.toString()));
        all.addAll(List.of(words.split(" ")));
        var builder = new ProcessBuilder(host(name).command(all.toArray(String[]::new))).redirectErrorStream(true);
        if (SERVERS.contains(name)) {
            builder.environment()
                    .putAll(Map.of(
                            "NOMAD_ADDR", "https://127.0.0.1:4646", "NOMAD_CACERT", "/etc/nomad.d/nomad-ca.pem"));
        }
        builder.environment().putAll(variables);
        var process = builder.start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Waits until so many lines of what a command says are like this. */
    private void shows(String what, String name, String words, int count, String line)
            throws IOException, InterruptedException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        String said = "";
        while (System.nanoTime() < until) {
            said = said(name, words);
            if (said.lines().filter(each -> each.strip().matches(line)).count() == count) {
                OUT.println(what + ": yes, after " + seconds() + " s");
                return;
            }
            for (var agent : agents) {
                if (!agent.isAlive()) {
                    throw new IOException(what + ": an agent ended");
                }
            }
            TimeUnit.MILLISECONDS.sleep(300);
        }
        throw new IOException(what + ": no; steppe " + words + " on " + name + " says:\n" + said);
    }

    /** The secret of a token. */
    private String bootstrapped(String what, String name) throws IOException, InterruptedException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        String said = "";
        while (System.nanoTime() < until) {
            said = said(name, "acl bootstrap");
            var secret = said.lines()
                    .filter(line -> line.matches("Secret ID\\s+= [0-9a-f-]{36}"))
                    .map(line -> line.replaceFirst(".*= ", ""))
                    .findFirst();
            if (secret.isPresent()) {
                OUT.println(what + ": yes, after " + seconds() + " s");
                return secret.get();
            }
            TimeUnit.MILLISECONDS.sleep(300);
        }
        throw new IOException(what + ": no; steppe acl bootstrap on " + name + " says:\n" + said);
    }

    /** Nobody gets anything without a token, on any host. */
    private void refused(String what, String name, String words) throws IOException {
        for (String tried : List.of(words, "acl bootstrap")) {
            var said = said(name, tried, Map.of());
            if (!said.contains("Permission denied") && !said.contains("already done")) {
                throw new IOException(what + ": steppe " + tried + " on " + name + " is not refused:\n" + said);
            }
        }
        OUT.println(what + ": refused");
    }

    private void driver(String node, String driver) throws IOException, InterruptedException {
        var first = SERVERS.getFirst();
        var id = said(first, "node status")
                .lines()
                .filter(line -> line.contains(node))
                .map(line -> line.strip().split("\\s+")[0])
                .findFirst()
                .orElseThrow(() -> new IOException("there is no node " + node));
        shows(
                "step 5: nomad node status -verbose: the driver " + driver + " on " + node,
                first,
                "node status -verbose " + id,
                1,
                driver + "\\s+true\\s+true.*");
    }

    private void end() throws IOException {
        agents.forEach(Process::destroy);
        for (var agent : agents) {
            try {
                if (!agent.waitFor(30, TimeUnit.SECONDS)) {
                    agent.destroyForcibly();
                }
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        for (var host : hosts.values()) {
            // the proxies of nodes outlive their agents
            host.processes().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
            host.close();
        }
    }
}
