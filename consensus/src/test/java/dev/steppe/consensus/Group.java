package dev.steppe.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.io.sockets.FreePorts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Real members in one process, over loopback with mutual TLS, who come and go. */
final class Group implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path directory;
    private final Identities identities = new Identities();
    private final FreePorts ports = new FreePorts();
    private final TreeMap<String, Member> places = new TreeMap<>();
    private final TreeMap<String, WordMachine> machines = new TreeMap<>();
    private final TreeMap<String, RatisConsensus> running = new TreeMap<>();

    private Duration silence = Duration.ofMillis(500);

    Group(Path directory) {
        this.directory = directory;
    }

    /** How long the members of this group bear not to hear of their leader. */
    void bears(Duration longest) {
        silence = longest;
    }

    /** Where a member of that name listens, the same each time. */
    Member at(String name) throws IOException {
        var known = places.get(name);
        if (known == null) {
            known = Member.at(new MemberId(name), "127.0.0.1", ports.any());
            places.put(name, known);
        }
        return known;
    }

    /** Has another address from now on; the member must not run. */
    void move(String name) {
        places.remove(name);
    }

    Path directory(String name) {
        return directory.resolve(name);
    }

    RatisConsensus found(String name) throws Exception {
        return start(name, ConsensusOptions.founding(directory(name), at(name), Optional.of(identities.of(name))));
    }

    RatisConsensus join(String name) throws Exception {
        return start(name, ConsensusOptions.joining(directory(name), at(name), Optional.of(identities.of(name))));
    }

    private RatisConsensus start(String name, ConsensusOptions options) throws IOException {
        var machine = new WordMachine();
        machines.put(name, machine);
        var usual = ConsensusLimits.defaults();
        var limits = new ConsensusLimits(
                usual.entriesInFlight(),
                usual.batchCommands(),
                usual.batchBytes(),
                usual.queuedCommands(),
                usual.queuedBytes(),
                1L << 30,
                silence,
                silence.plusMillis(500));
        var member = RatisConsensus.start(options.withLimits(limits), machine);
        running.put(name, member);
        return member;
    }

    /** Three members, the first of whom founded the log. */
    RatisConsensus three() throws Exception {
        var founder = found("a");
        Await.leading(founder);
        for (var name : List.of("b", "c")) {
            join(name);
            take(founder, name);
        }
        return founder;
    }

    /** Takes a member in. */
    void take(RatisConsensus leader, String name) throws Exception {
        done(leader, leader.membership().members().with(at(name)));
    }

    static void done(RatisConsensus leader, Members wanted) throws Exception {
        assertThat(change(leader, wanted)).isEqualTo(new Membership.Outcome.Done());
    }

    static Membership.Outcome change(RatisConsensus leader, Members wanted) throws Exception {
        var outcome = new CompletableFuture<Membership.Outcome>();
        leader.membership().change(wanted, outcome::complete);
        return outcome.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    static Membership.Outcome transfer(RatisConsensus leader, Optional<MemberId> to) throws Exception {
        var outcome = new CompletableFuture<Membership.Outcome>();
        leader.membership().transfer(to, outcome::complete);
        return outcome.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** Writes on whoever leads, until it is acknowledged; a word may be there twice when its first try had no outcome. */
    void write(String word) {
        Await.until(() -> word + " is acknowledged", () -> {
            for (var member : List.copyOf(running.values())) {
                if (member.leadership() instanceof Leadership.Leading && acknowledged(member, word)) {
                    return true;
                }
            }
            return false;
        });
    }

    static boolean acknowledged(RatisConsensus member, String word) {
        var outcome = new CompletableFuture<Proposal>();
        member.propose(word.getBytes(StandardCharsets.UTF_8), outcome::complete);
        return outcome.completeOnTimeout(new Proposal.Unavailable("too slow", true), 10, TimeUnit.SECONDS)
                        .join()
                instanceof Proposal.Applied;
    }

    RatisConsensus leader() {
        var found = new ArrayList<RatisConsensus>();
        Await.until(
                () -> "a leader among "
                        + running.values().stream().map(RatisConsensus::status).toList(),
                () -> running.values().stream()
                        .filter(member -> member.leadership() instanceof Leadership.Leading)
                        .anyMatch(found::add));
        return found.getFirst();
    }

    RatisConsensus member(String name) {
        return running.get(name);
    }

    /** Some running member that does not lead. */
    String follower() {
        var leader = leader();
        return running.entrySet().stream()
                .filter(entry -> entry.getValue() != leader)
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    WordMachine machine(String name) {
        return machines.get(name);
    }

    void awaitWord(String name, String word) {
        Await.until(
                () -> name + " has " + word + ", but it has " + machine(name).words(),
                () -> machine(name).words().contains(word));
    }

    void stop(String name) {
        running.remove(name).close();
    }

    void loseDisk(String name) throws IOException {
        try (var files = Files.walk(directory(name))) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** What is on a member's disk now, kept elsewhere; the member must not run. */
    Path copyOfDisk(String name) throws IOException {
        var copy = directory.resolve(name + "-copy");
        copy(directory(name), copy);
        return copy;
    }

    /** The disk is as it was once: whatever came later is lost, also what was confirmed. */
    void goBack(String name, Path copy) throws IOException {
        loseDisk(name);
        copy(copy, directory(name));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }

    @Override
    public void close() throws IOException {
        running.values().parallelStream().forEach(RatisConsensus::close);
        ports.close();
    }
}
