package dev.steppe.simulation.bench;

import dev.steppe.consensus.Consensus;
import dev.steppe.consensus.ConsensusOptions;
import dev.steppe.consensus.ConsensusTls;
import dev.steppe.consensus.Leadership;
import dev.steppe.consensus.Member;
import dev.steppe.consensus.MemberId;
import dev.steppe.consensus.Membership;
import dev.steppe.consensus.Proposal;
import dev.steppe.consensus.RatisConsensus;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;

/**
 * One member of a measured group, in a process of its own: reads what to do from standard input, a line each, and
 * answers with a line.
 */
final class GroupMember {
    static final char[] PASSWORD = "bench".toCharArray();
    private static final PrintStream OUT = System.out;
    private static final Duration WARM_UP = Duration.ofSeconds(5);
    private static final Duration MEASURED = Duration.ofSeconds(8);
    private static final Duration READ_WARM_UP = Duration.ofSeconds(2);
    private static final Duration READ_MEASURED = Duration.ofSeconds(3);

    private final RatisConsensus consensus;
    private Map<String, Long> threadTimes = ThreadTimes.now();

    private GroupMember(RatisConsensus consensus) {
        this.consensus = consensus;
    }

    /** {@code name port directory found|join}; the directory holds the identity. */
    static void run(String name, int port, Path directory, boolean founder) throws Exception {
        var self = Member.at(new MemberId(name), "127.0.0.1", port);
        var tls = Optional.of(tls(directory));
        var log = directory.resolve("log");
        var options = founder ? ConsensusOptions.founding(log, self, tls) : ConsensusOptions.joining(log, self, tls);
        try (var consensus = RatisConsensus.start(options, new ConsensusBench.Counter())) {
            OUT.println("started");
            new GroupMember(consensus).obey();
        }
    }

    private void obey() throws Exception {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (var line = Optional.ofNullable(in.readLine());
                line.isPresent();
                line = Optional.ofNullable(in.readLine())) {
            var words = line.get().split(" ");
            OUT.println(
                    switch (words[0]) {
                        case "take" -> take(Member.at(new MemberId(words[1]), "127.0.0.1", Integer.parseInt(words[2])));
                        case "leads" -> String.valueOf(leads());
                        case "load" ->
                            load(
                                    Integer.parseInt(words[1]),
                                    Integer.parseInt(words[2]),
                                    List.of(words).subList(3, words.length));
                        case "read" -> read(Integer.parseInt(words[1]));
                        case "threads" -> threads();
                        case "probe" -> probe(new MemberId(words[1]));
                        case "members" ->
                            String.valueOf(
                                    consensus.membership().members().all().size());
                        default -> "unknown: " + line.get();
                    });
        }
    }

    /** Who used the processor since this was asked the last time. */
    private String threads() {
        var shares = ThreadTimes.since(threadTimes);
        threadTimes = ThreadTimes.now();
        return shares;
    }

    private boolean leads() {
        return consensus.leadership() instanceof Leadership.Leading;
    }

    private String take(Member member) {
        while (!leads()) {
            LockSupport.parkNanos(1_000_000);
        }
        while (true) {
            var outcome = new CompletableFuture<Membership.Outcome>();
            consensus.membership().change(consensus.membership().members().with(member), outcome::complete);
            if (outcome.join() instanceof Membership.Outcome.Done done) {
                return String.valueOf(done);
            }
        }
    }

    /** @param others the processes of the other members */
    private String load(int writers, int bytes, List<String> others) throws InterruptedException {
        var load = new ConsensusBench.Load(consensus, bytes);
        for (int i = 0; i < writers; i++) {
            load.next();
        }
        Thread.sleep(WARM_UP);
        long entries = consensus.status().lastEntryIndex();
        var own = List.of(String.valueOf(ProcessHandle.current().pid()));
        var leaderCpu = cpu(own);
        var followerCpu = cpu(others);
        load.measure();
        Thread.sleep(MEASURED);
        leaderCpu = cpu(own).minus(leaderCpu);
        followerCpu = cpu(others).minus(followerCpu);
        load.stop(writers);
        long written = consensus.status().lastEntryIndex() - entries;
        long count = Math.max(1, load.count());
        return ConsensusBench.line("three members, mutual TLS, " + bytes + " bytes", writers, load, MEASURED, written)
                + String.format(
                        Locale.ROOT,
                        ", processor time a commit: leader %.1f us, both followers %.1f us; an entry: %.0f, %.0f us",
                        leaderCpu.toNanos() / 1e3 / count,
                        followerCpu.toNanos() / 1e3 / count,
                        leaderCpu.toNanos() / 1e3 / Math.max(1, written),
                        followerCpu.toNanos() / 1e3 / Math.max(1, written));
    }

    private static Duration cpu(List<String> processes) {
        return processes.stream()
                .map(process -> ThreadTimes.withoutCompiler(Long.parseLong(process)))
                .reduce(Duration.ZERO, Duration::plus);
    }

    /** Readers that each wait for the next barrier when the last one is reached. */
    private String read(int readers) throws InterruptedException {
        var reached = new LongAdder();
        var unavailable = new LongAdder();
        var reading = new AtomicBoolean(true);
        for (int i = 0; i < readers; i++) {
            readOn(reading, reached, unavailable);
        }
        Thread.sleep(READ_WARM_UP);
        reached.reset();
        Thread.sleep(READ_MEASURED);
        long count = reached.sum();
        reading.set(false);
        return String.format(
                Locale.ROOT,
                "%4d readers on the %s: %7d read barriers/s, %.3f ms each, %d failed",
                readers,
                leads() ? "leader" : "follower",
                count / READ_MEASURED.toSeconds(),
                READ_MEASURED.toMillis() * readers / (double) Math.max(1, count),
                unavailable.sum());
    }

    private void readOn(AtomicBoolean reading, LongAdder reached, LongAdder unavailable) {
        consensus.readBarrier(barrier -> {
            (barrier instanceof Consensus.Barrier.Reached ? reached : unavailable).increment();
            if (reading.get()) {
                CompletableFuture.runAsync(() -> readOn(reading, reached, unavailable));
            }
        });
    }

    /** Writes until a write is accepted here, or another member than the lost one leads. */
    private String probe(MemberId lost) {
        while (true) {
            if (consensus.leadership() instanceof Leadership.Following following
                    && following.leader().filter(it -> !it.equals(lost)).isPresent()) {
                return "elsewhere";
            }
            var outcome = new CompletableFuture<Proposal>();
            consensus.propose(new byte[] {1}, outcome::complete);
            if (outcome.join() instanceof Proposal.Applied) {
                return "accepted";
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    /** For what is measured beside the log. */
    static SSLContext context(Path directory) {
        try {
            var tls = tls(directory);
            var context = SSLContext.getInstance("TLSv1.3");
            context.init(new KeyManager[] {tls.keys()}, new TrustManager[] {tls.trust()}, null);
            return context;
        } catch (GeneralSecurityException | IOException failure) {
            throw new IllegalStateException("the identity in " + directory + " cannot be used", failure);
        }
    }

    private static ConsensusTls tls(Path directory) throws GeneralSecurityException, IOException {
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store(directory.resolve("identity.p12")), PASSWORD);
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store(directory.resolve("roots.p12")));
        return new ConsensusTls(
                (X509KeyManager) keys.getKeyManagers()[0], (X509TrustManager) trust.getTrustManagers()[0]);
    }

    private static KeyStore store(Path file) throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        return store;
    }
}
