package dev.steppe.simulation.bench;

import dev.steppe.security.certificate.AuthoritySettings;
import dev.steppe.security.certificate.CertificateAuthority;
import dev.steppe.security.certificate.LeafRequest;
import dev.steppe.security.identity.SpiffeId;
import dev.steppe.security.identity.TrustDomain;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The log of three members, each a process of its own, with mutual TLS: writes a second, and how soon it goes on after a kill. */
final class GroupBench implements AutoCloseable {
    private static final PrintStream OUT = System.out;
    private static final List<String> NAMES = List.of("a", "b", "c");
    private static final int KILLS = 11;
    private static final int COMMAND_BYTES = 256;
    private static final int LARGE_COMMAND_BYTES = 256 << 10;

    private final Path directory;
    private final Optional<Path> recordings;
    private final TreeMap<String, Child> children = new TreeMap<>();
    private final TreeMap<String, Integer> ports = new TreeMap<>();

    /** @param recordings where each member's flight recording goes, if they are to be made */
    GroupBench(Path directory, Optional<Path> recordings) {
        this.directory = directory;
        this.recordings = recordings;
    }

    /** A member's process and the two ends of the talk with it. */
    private record Child(Process process, PrintWriter to, BufferedReader from) {
        String ask(String what) throws IOException {
            to.println(what);
            to.flush();
            return String.valueOf(from.readLine());
        }
    }

    private Child child(String name) {
        return Optional.ofNullable(children.get(name)).orElseThrow();
    }

    void run() throws Exception {
        identities();
        for (var name : NAMES) {
            try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                ports.put(name, socket.getLocalPort());
            }
        }
        for (var name : NAMES) {
            start(name, name.equals("a"));
        }
        for (var name : List.of("b", "c")) {
            OUT.println("take " + name + ": " + child("a").ask("take " + name + " " + ports.get(name)));
        }
        OUT.println(LogFloor.line(directory, () -> GroupMember.context(directory.resolve("a"))));
        // The first one is there to warm the members up.
        for (int writers : new int[] {64, 1, 64, 512}) {
            load(writers, COMMAND_BYTES);
        }
        load(8, LARGE_COMMAND_BYTES);
        var leader = leaderName();
        var follower =
                NAMES.stream().filter(name -> !name.equals(leader)).findFirst().orElseThrow();
        for (int readers : new int[] {1, 64}) {
            OUT.println(child(leader).ask("read " + readers));
            OUT.println(child(follower).ask("read " + readers));
        }
        if (recordings.isEmpty()) {
            failOver();
        }
    }

    private void load(int writers, int bytes) throws Exception {
        var leader = leader();
        var others = new StringBuilder();
        for (var child : children.values()) {
            if (child != leader) {
                others.append(' ').append(child.process.pid());
            }
        }
        for (var child : children.values()) {
            child.ask("threads");
        }
        OUT.println(leader.ask("load " + writers + " " + bytes + others));
        for (var child : children.values()) {
            OUT.println((child == leader ? "       leader:   " : "       follower: ") + child.ask("threads"));
        }
    }

    private void failOver() throws Exception {
        long[] millis = new long[KILLS];
        for (int i = 0; i < KILLS; i++) {
            var lost = leaderName();
            var rest = NAMES.stream().filter(name -> !name.equals(lost)).toList();
            var accepted = new ArrayList<CompletableFuture<Long>>();
            long begin = System.nanoTime();
            child(lost).process.destroyForcibly();
            for (var name : rest) {
                accepted.add(CompletableFuture.supplyAsync(() -> probe(name, lost)));
            }
            long first = Long.MAX_VALUE;
            for (var answer : accepted) {
                first = Math.min(first, answer.get(60, TimeUnit.SECONDS));
            }
            millis[i] = (first - begin) / 1_000_000;
            child(lost).process.waitFor();
            start(lost, false);
            settle();
        }
        Arrays.sort(millis);
        OUT.printf(
                Locale.ROOT,
                "kill -9 of the leader to the next accepted write: p50 %d ms, least %d, most %d (%d kills)%n",
                millis[KILLS / 2],
                millis[0],
                millis[KILLS - 1],
                KILLS);
    }

    /** When a write was accepted there; never, when another one leads. */
    private long probe(String name, String lost) {
        try {
            return child(name).ask("probe " + lost).equals("accepted") ? System.nanoTime() : Long.MAX_VALUE;
        } catch (IOException gone) {
            return Long.MAX_VALUE;
        }
    }

    /** Waits until somebody leads and everybody takes part again. */
    private void settle() throws Exception {
        leaderName();
        Thread.sleep(3000);
    }

    private Child leader() throws Exception {
        return child(leaderName());
    }

    private String leaderName() throws Exception {
        for (int i = 0; i < 3000; i++) {
            for (var name : NAMES) {
                if (child(name).ask("leads").equals("true")) {
                    return name;
                }
            }
            Thread.sleep(10);
        }
        throw new IllegalStateException("no leader after 30 s");
    }

    private void start(String name, boolean founder) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-Xmx512m", "--sun-misc-unsafe-memory-access=allow"));
        recordings.ifPresent(folder -> command.add("-XX:StartFlightRecording:settings=profile,dumponexit=true,filename="
                + folder.resolve(name + "-" + System.nanoTime() + ".jfr")));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ConsensusBench.class.getName(), "member"));
        command.addAll(List.of(
                name, String.valueOf(ports.get(name)), directory.resolve(name).toString(), founder ? "found" : "join"));
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var child = new Child(
                process,
                new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8),
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)));
        if (!"started".equals(child.from.readLine())) {
            throw new IOException("member " + name + " did not start");
        }
        children.put(name, child);
    }

    private void identities() throws Exception {
        var random = new SecureRandom();
        var authority = CertificateAuthority.create(
                TrustDomain.ofCluster(UUID.randomUUID()), AuthoritySettings.standard(), Instant.now(), random);
        var root = CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(
                        authority.root().certificatePem().getBytes(StandardCharsets.US_ASCII)));
        for (var name : NAMES) {
            var place = Files.createDirectories(directory.resolve(name));
            var id = new SpiffeId.Service(authority.trustDomain(), SpiffeId.DEFAULT_NAMESPACE, "dc1", name);
            var request = LeafRequest.create(id, random);
            var credential = request.accept(authority.sign(request.der(), id, Instant.now(), random));
            var key = credential.privateKeyPem().revealText().replaceAll("-----[A-Z ]+-----", "");
            var keys = KeyStore.getInstance("PKCS12");
            keys.load(null, null);
            keys.setKeyEntry(
                    name,
                    KeyFactory.getInstance("EC")
                            .generatePrivate(new PKCS8EncodedKeySpec(
                                    Base64.getMimeDecoder().decode(key))),
                    GroupMember.PASSWORD,
                    credential.leaf().chain().toArray(new Certificate[0]));
            write(keys, place.resolve("identity.p12"));
            var roots = KeyStore.getInstance("PKCS12");
            roots.load(null, null);
            roots.setCertificateEntry("root", root);
            write(roots, place.resolve("roots.p12"));
        }
    }

    private static void write(KeyStore store, Path file) throws Exception {
        try (var out = Files.newOutputStream(file)) {
            store.store(out, GroupMember.PASSWORD);
        }
    }

    /** Members that are told nothing more end by themselves, and write their recordings. */
    @Override
    public void close() {
        children.values().forEach(child -> child.to.close());
        for (var child : children.values()) {
            try {
                if (!child.process.waitFor(20, TimeUnit.SECONDS)) {
                    child.process.destroyForcibly();
                }
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                child.process.destroyForcibly();
            }
            child.process.onExit().join();
        }
    }
}
