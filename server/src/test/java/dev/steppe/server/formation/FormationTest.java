package dev.steppe.server.formation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.consensus.Consensus;
import dev.steppe.consensus.ConsensusOptions;
import dev.steppe.consensus.Leadership;
import dev.steppe.consensus.Member;
import dev.steppe.consensus.Membership;
import dev.steppe.consensus.PendingLog;
import dev.steppe.consensus.RatisConsensus;
import dev.steppe.io.ThreadLoop;
import dev.steppe.io.sockets.FreePorts;
import dev.steppe.server.Machine;
import dev.steppe.state.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers find each other and become one group on real logs; only their talk before that is by calls. */
class FormationTest {
    @TempDir
    Path directory;

    private final Map<String, Place> places = new ConcurrentHashMap<>();
    private final ThreadLoop loop = new ThreadLoop("formation");
    private final FreePorts ports = new FreePorts();
    private Formation.Patience patience = Formation.Patience.endless(Duration.ofMillis(100));

    @AfterEach
    void end() throws IOException {
        places.values().parallelStream().forEach(Place::stop);
        loop.close();
        ports.close();
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waiting for: " + what).isLessThan(deadline);
            LockSupport.parkNanos(5_000_000);
        }
    }

    /** A server and what it knows: where it is, how many it expects, whom it asks. */
    private final class Place implements Neighbours, Formation.Beginning {
        private final String name;
        private final int expected;
        private final List<String> asks;
        private final Identity identity;
        private final Member member;
        private final PendingLog log;
        private final Formation formation;
        private volatile boolean up = true;

        Place(String name, int expected, String... asks) throws IOException {
            this.name = name;
            this.expected = expected;
            this.asks = List.of(asks);
            identity = Identity.in(directory.resolve(name), () -> name);
            var before = Optional.ofNullable(places.get(name));
            member = before.isPresent() ? before.get().member : Member.at(identity.id(), "127.0.0.1", ports.any());
            log = new PendingLog(identity.id());
            var standing = new Standing(
                    identity.id().value(), name, member.address().orElseThrow().toString(), expected, false);
            formation = new Formation(identity, standing, this, log, this, patience, loop);
            places.put(name, this);
        }

        Place start() throws IOException {
            formation.start(false);
            return this;
        }

        void stop() {
            up = false;
            formation.close();
            log.close();
        }

        @Override
        public List<String> addresses() {
            return asks;
        }

        private Place other(String address) throws IOException {
            return Optional.ofNullable(places.get(address))
                    .filter(it -> it.up)
                    .orElseThrow(() -> new IOException("nobody at " + address));
        }

        @Override
        public Standing ask(String address, Standing mine) throws IOException {
            return other(address).formation.asked(mine);
        }

        @Override
        public boolean promise(String address, String founder) throws IOException {
            return other(address).formation.promise(founder);
        }

        @Override
        public void release(String address, String founder) throws IOException {
            other(address).formation.release(founder);
        }

        @Override
        public void join(String address, Standing mine) throws IOException, InterruptedException {
            var leader = places.values().stream()
                    .filter(it -> it.up && it.leads())
                    .findFirst()
                    .orElseThrow(() -> new IOException("No cluster leader"));
            var wanted = leader.log.membership().members().with(places.get(mine.id()).member);
            var outcome = new CompletableFuture<Membership.Outcome>();
            leader.log.membership().change(wanted, outcome::complete);
            try {
                if (outcome.get(30, TimeUnit.SECONDS) instanceof Membership.Outcome.Failed failed) {
                    throw new IOException(failed.reason());
                }
            } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException failed) {
                throw new IOException(failed);
            }
        }

        boolean leads() {
            return log.leadership() instanceof Leadership.Leading;
        }

        int size() {
            return log.membership().members().all().size();
        }

        @Override
        public boolean hasLog() throws IOException {
            return RatisConsensus.hasLog(logDirectory());
        }

        private Path logDirectory() {
            return directory.resolve(name).resolve("log");
        }

        @Override
        public Consensus found() throws IOException {
            return RatisConsensus.start(
                    ConsensusOptions.founding(logDirectory(), member, Optional.empty()), new Machine(new Store()));
        }

        @Override
        public Consensus join() throws IOException {
            return RatisConsensus.start(
                    ConsensusOptions.joining(logDirectory(), member, Optional.empty()), new Machine(new Store()));
        }

        @Override
        public String toString() {
            return name + " of " + expected + ": " + log.status();
        }
    }

    private long leaders() {
        return places.values().stream().filter(Place::leads).count();
    }

    private void awaitGroupOf(int size) {
        await(
                size + " in one group, but " + places.values(),
                () -> leaders() == 1
                        && places.values().stream()
                                        .filter(it -> it.size() == size)
                                        .count()
                                == size);
    }

    @Test
    void three_that_expect_three_become_one_group_and_stay_it() throws Exception {
        var names = new String[] {"a", "b", "c"};
        for (var name : names) {
            new Place(name, 3, names).start();
        }
        awaitGroupOf(3);
        for (var name : names) {
            places.get(name).stop();
        }
        for (var name : names) {
            new Place(name, 3, names).start();
        }
        awaitGroupOf(3);
    }

    @Test
    void nothing_begins_while_servers_expect_different_numbers() throws Exception {
        var a = new Place("a", 2, "b").start();
        var b = new Place("b", 3, "a").start();
        new Place("c", 0, "a", "b").start();
        await("both complained", () -> a.formation.hasComplained() && b.formation.hasComplained());
        assertThat(a.log.hasBegun()).isFalse();
        assertThat(b.log.hasBegun()).isFalse();
    }

    @Test
    void one_grows_and_a_later_server_joins_whatever_it_expects() throws Exception {
        new Place("a", 1).start();
        await("a leads", () -> leaders() == 1);
        new Place("b", 0, "a").start();
        awaitGroupOf(2);
        new Place("c", 3, "b").start();
        awaitGroupOf(3);
        assertThat(leaders()).isEqualTo(1);
    }

    @Test
    void two_of_three_do_not_begin() throws Exception {
        var a = new Place("a", 3, "b", "c").start();
        var b = new Place("b", 3, "a", "c").start();
        var asked = new ArrayList<Standing>();
        asked.add(a.formation.asked(new Standing("x", "x", "", 0, false)));
        new Place("c", 3, "a", "b").start();
        awaitGroupOf(3);
        assertThat(asked.getFirst().formed()).isFalse();
        assertThat(b.identity.promised()).isEqualTo(a.identity.promised());
    }

    @Test
    void promise_is_given_to_one_founder_and_kept_over_a_restart() throws Exception {
        var identity = Identity.in(directory.resolve("p"), () -> "p");
        assertThat(identity.promise("a")).isTrue();
        assertThat(identity.promise("b")).isFalse();
        var again = Identity.in(directory.resolve("p"), () -> "other");
        assertThat(again.id().value()).isEqualTo("p");
        assertThat(again.promise("b")).isFalse();
        again.release("b");
        assertThat(again.promise("b")).isFalse();
        again.release("a");
        assertThat(again.promise("b")).isTrue();
    }

    @Test
    void a_server_that_nobody_answers_gives_up_where_an_end_is_set() throws Exception {
        var reasons = new ArrayBlockingQueue<String>(1);
        patience = new Formation.Patience(Duration.ofMillis(50), Optional.of(Duration.ofMillis(200)), reasons::add);
        var lonely = new Place("lonely", 3, "nobody").start();
        assertThat(reasons.poll(60, TimeUnit.SECONDS)).contains("none of the servers at nobody answered");
        assertThat(lonely.log.hasBegun()).isFalse();
    }
}
