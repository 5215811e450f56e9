package dev.steppe.server.formation;

import dev.steppe.consensus.Consensus;
import dev.steppe.consensus.Leadership;
import dev.steppe.consensus.PendingLog;
import dev.steppe.io.Loop;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Consumer;

/**
 * Brings a server into its group. One server founds the group, alone: the one with the smallest name of as many as were
 * expected, after enough others have promised, on disk, to begin with it and no other. Everybody else asks to be taken
 * in, also when it was a member and the others took it out while they could not reach it. Two groups would need more
 * promises than there are servers. Closing ends the search.
 */
public final class Formation implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Formation.class.getName());
    /** No election lasts so long: others may have taken this server out while they could not reach it. */
    private static final Duration LEADERLESS_FOR = Duration.ofSeconds(5);

    private final Identity identity;
    private final Standing self;
    private final Neighbours neighbours;
    private final PendingLog log;
    private final Beginning beginning;
    private final Patience patience;
    private final Loop loop;
    private volatile boolean closed;
    private Optional<Instant> aloneSince = Optional.empty();
    private Optional<Duration> leaderlessSince = Optional.empty();
    private boolean wasMember;
    private final Set<String> reported = new ConcurrentSkipListSet<>();
    private final Set<String> complained = new ConcurrentSkipListSet<>();

    /** Begins this server's part of the log. */
    public interface Beginning {
        /** Whether this server was part of a log before. */
        boolean hasLog() throws IOException;

        /** As its founder. */
        Consensus found() throws IOException;

        /** Waiting to be taken in, or as the member it was before. */
        Consensus join() throws IOException;
    }

    /**
     * How long a server looks for others.
     *
     * @param pause how long to wait before asking again
     * @param limit how long to go on while nobody answers; empty for ever
     * @param gaveUp is told why, when that was too long
     */
    public record Patience(Duration pause, Optional<Duration> limit, Consumer<String> gaveUp) {
        /** Never gives up. */
        public static Patience endless(Duration pause) {
            return new Patience(pause, Optional.empty(), reason -> {});
        }
    }

    /**
     * @param self this server; {@code formed} in it means nothing
     * @param loop for the pauses; what blocks is done beside it
     */
    public Formation(
            Identity identity,
            Standing self,
            Neighbours neighbours,
            PendingLog log,
            Beginning beginning,
            Patience patience,
            Loop loop) {
        this.identity = identity;
        this.self = self;
        this.neighbours = neighbours;
        this.log = log;
        this.beginning = beginning;
        this.patience = patience;
        this.loop = loop;
    }

    /**
     * Begins at once where nobody has to be asked, else goes on asking beside.
     *
     * @param alone true where there cannot be another one yet, because this server is the one that lets the others in
     */
    public void start(boolean alone) throws IOException {
        boolean member = beginning.hasLog();
        if (member) {
            log.begin(beginning.join());
        } else if (alone || self.expected() == 1 && neighbours.addresses().isEmpty()) {
            found();
        }
        loop.execute(this::seek);
    }

    /** How this server stands, for one that asks and tells how it stands itself. */
    public Standing asked(Standing theirs) {
        compare(theirs);
        return mine();
    }

    /** Promises to begin with that founder; false when this server has begun, or promised it to another. */
    public boolean promise(String founder) throws IOException {
        return !log.hasBegun() && identity.promise(founder);
    }

    /** That founder gives the promise back. */
    public void release(String founder) throws IOException {
        identity.release(founder);
    }

    /** How many servers begin the log together. */
    public long expected() {
        return self.expected();
    }

    /** Whether another server was found that disagrees, which was told. */
    boolean hasComplained() {
        return !complained.isEmpty();
    }

    private Standing mine() {
        boolean formed = !log.membership().members().all().isEmpty();
        return new Standing(self.id(), self.name(), self.logAddress(), self.expected(), formed);
    }

    private void seek() {
        if (!closed && !(log.leadership() instanceof Leadership.Stopped)) {
            loop.after(patience.pause, () -> {
                if (isToAsk()) {
                    loop.<Boolean>offload("seek-servers", this::look, this::looked);
                } else {
                    seek();
                }
            });
        }
    }

    /**
     * Until it is a member; and when it was taken out while it could not be reached, so that it has no leader and does not
     * know why. One that was told stays out until it is started again: somebody wanted that.
     */
    private boolean isToAsk() {
        if (!log.membership().members().contains(identity.id())) {
            return !wasMember;
        }
        if (hasLeader()) {
            wasMember = true;
            leaderlessSince = Optional.empty();
            return false;
        }
        var now = loop.uptime();
        var since = leaderlessSince.orElse(now);
        leaderlessSince = Optional.of(since);
        return now.minus(since).compareTo(LEADERLESS_FOR) >= 0;
    }

    private boolean hasLeader() {
        return switch (log.leadership()) {
            case Leadership.Leading leading -> true;
            case Leadership.Following following -> following.leader().isPresent();
            case Leadership.Stopped stopped -> false;
        };
    }

    private void looked(Loop.Outcome<Boolean> outcome) {
        switch (outcome) {
            case Loop.Outcome.Done<Boolean> done -> {
                if (isStillHopeful(done.value())) {
                    seek();
                }
            }
            case Loop.Outcome.Failed<Boolean> failed ->
                LOG.log(Level.ERROR, "this server cannot take part in the log", failed.reason());
        }
    }

    /** Nobody may have answered for too long; a server that began its log once goes on with it. */
    private boolean isStillHopeful(boolean answered) {
        if (answered || log.hasBegun() || patience.limit.isEmpty()) {
            aloneSince = Optional.empty();
            return true;
        }
        var now = loop.now();
        var since = aloneSince.orElse(now);
        aloneSince = Optional.of(since);
        if (Duration.between(since, now).compareTo(patience.limit.get()) < 0) {
            return true;
        }
        patience.gaveUp.accept("none of the servers at " + String.join(", ", neighbours.addresses()) + " answered for "
                + patience.limit.get().toSeconds() + " s");
        return false;
    }

    /** True when anybody answered. */
    private boolean look() throws IOException, InterruptedException {
        var known = others();
        var formed = known.entrySet().stream()
                .filter(entry -> entry.getValue().formed())
                .map(Map.Entry::getKey)
                .toList();
        if (!formed.isEmpty()) {
            askToJoin(formed);
        } else if (!log.hasBegun() && mayFound(known)) {
            gatherPromises(known);
        }
        return !known.isEmpty();
    }

    /** Those that answer, by address; a server that has several addresses once. */
    private Map<String, Standing> others() throws InterruptedException {
        var found = new TreeMap<String, Standing>();
        var seen = new TreeSet<String>();
        for (var address : neighbours.addresses()) {
            try {
                var theirs = neighbours.ask(address, mine());
                if (!theirs.id().equals(self.id()) && seen.add(theirs.id())) {
                    compare(theirs);
                    found.put(address, theirs);
                }
            } catch (IOException away) {
                // once for each reason: somebody has to see a wrong key or a wrong certificate
                boolean news = reported.add(address + " " + away.getMessage());
                LOG.log(
                        news ? Level.WARNING : Level.DEBUG,
                        "no server takes this one address=" + address + " reason=" + away.getMessage());
            }
        }
        return found;
    }

    private void compare(Standing theirs) {
        boolean differs = self.expected() > 0 && theirs.expected() > 0 && self.expected() != theirs.expected();
        boolean begun = theirs.formed() || log.hasBegun();
        if (differs && !begun && complained.add(theirs.id() + "/" + theirs.expected())) {
            LOG.log(
                    Level.ERROR,
                    "servers do not agree how many begin the log: bootstrap_expect is " + self.expected()
                            + " here and " + theirs.expected() + " on " + theirs.name() + " (" + theirs.id()
                            + "); nothing begins until it is the same on all of them");
        }
    }

    private boolean mayFound(Map<String, Standing> known) {
        boolean agree = known.values().stream().allMatch(it -> it.expected() == self.expected() || it.expected() == 0);
        long ready = known.values().stream()
                .filter(it -> it.expected() == self.expected())
                .count();
        boolean smallest = known.values().stream()
                .filter(it -> it.expected() == self.expected())
                .allMatch(it -> self.id().compareTo(it.id()) < 0);
        return self.expected() > 0 && agree && ready + 1 >= self.expected() && smallest;
    }

    private void gatherPromises(Map<String, Standing> known) throws IOException, InterruptedException {
        if (!identity.promise(self.id())) {
            return;
        }
        var promised = new ArrayList<String>();
        for (var address : known.keySet()) {
            try {
                if (neighbours.promise(address, self.id())) {
                    promised.add(address);
                }
            } catch (IOException away) {
                LOG.log(Level.DEBUG, "no promise address=" + address + " reason=" + away.getMessage());
            }
        }
        if (promised.size() + 1 >= self.expected()) {
            found();
        } else {
            release(promised);
        }
    }

    private void release(List<String> promised) throws IOException, InterruptedException {
        for (var address : promised) {
            try {
                neighbours.release(address, self.id());
            } catch (IOException away) {
                // it is asked again by the same founder, which it may promise the same
                LOG.log(Level.DEBUG, "promise not given back address=" + address);
            }
        }
        identity.release(self.id());
    }

    private void found() throws IOException {
        if (!identity.promise(self.id())) {
            throw new IOException("this server promised to begin with server "
                    + identity.promised().orElse("") + ", and cannot begin alone; remove its directory to begin anew");
        }
        LOG.log(Level.INFO, "beginning the log as its founder server=" + self.id());
        log.begin(beginning.found());
    }

    private void askToJoin(List<String> formed) throws IOException, InterruptedException {
        if (!log.hasBegun()) {
            LOG.log(Level.INFO, "joining the servers at " + formed);
            log.begin(beginning.join());
        }
        for (var address : formed) {
            try {
                neighbours.join(address, mine());
                return;
            } catch (IOException notYet) {
                if (complained.add("join " + address + notYet.getMessage())) {
                    LOG.log(Level.INFO, "not taken in yet address=" + address + " reason=" + notYet.getMessage());
                }
            }
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
