package dev.steppe.simulation;

import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * One member of the simulated log: elects and is elected, leads or follows, and says which entries are committed. A
 * small Raft whose members change one at a time: nobody votes or acknowledges before that is durable.
 */
final class LogReplica {
    private static final Duration HEARTBEAT = Duration.ofMillis(100);
    private static final Duration DESERTED_AFTER = Duration.ofMillis(1_000);
    private static final long ELECTION_MILLIS_MIN = 400;
    private static final long ELECTION_MILLIS_MAX = 800;
    private static final int ENTRIES_MAX = 20;

    private final String self;
    private final VirtualTime time;
    private final SplittableRandom random;
    private final LogGroup group;
    private final LogDisk disk;
    private final LogContent content;
    private final Owner owner;
    private final TreeSet<String> voters = new TreeSet<>();
    private final TreeMap<String, Long> next = new TreeMap<>();
    private final TreeMap<String, Long> matched = new TreeMap<>();
    private final TreeMap<String, Long> heardNanos = new TreeMap<>();
    private Part part = Part.FOLLOWS;
    private Optional<String> leader = Optional.empty();
    private long committed;
    private long termBegan;
    private long patience;
    private boolean open = true;

    /** A member's part in its term. */
    enum Part {
        FOLLOWS,
        STANDS,
        LEADS
    }

    /** Who applies what is committed. */
    interface Owner {
        void committed();

        /** Everything up to there is in the snapshot, and not to be had otherwise. */
        void installed(LogContent.Stored snapshot);

        void partMayHaveChanged();
    }

    LogReplica(String self, VirtualTime time, LogGroup group, LogDisk disk, Owner owner) {
        this.self = self;
        this.time = time;
        this.random = time.split();
        this.group = group;
        this.disk = disk;
        this.owner = owner;
        this.content = disk.read();
        this.committed = content.snapshot().index();
        awaitLeader();
    }

    /** Ends like a killed process. */
    void end() {
        open = false;
    }

    boolean isOpen() {
        return open;
    }

    boolean leads() {
        return part == Part.LEADS;
    }

    /** The first entry of this leader's term: with it everything before is committed too. */
    long termBegan() {
        return termBegan;
    }

    Optional<String> leader() {
        return leader;
    }

    LogContent content() {
        return content;
    }

    long committed() {
        return committed;
    }

    private void write(Consumer<LogContent> change, Runnable then) {
        change.accept(content);
        disk.write(change, this::isOpen, then);
    }

    private void others(Consumer<String> action) {
        content.members().stream().filter(name -> !name.equals(self)).forEach(action);
    }

    private int majority() {
        return content.members().size() / 2 + 1;
    }

    private boolean isMember(String name) {
        return content.members().contains(name);
    }

    private void awaitLeader() {
        long mine = ++patience;
        var wait = Duration.ofMillis(random.nextLong(ELECTION_MILLIS_MIN, ELECTION_MILLIS_MAX));
        time.at(
                time.nowNanos() + wait.toNanos(),
                "log election " + self,
                () -> open && patience == mine && part != Part.LEADS,
                this::stand);
    }

    private void stand() {
        if (!isMember(self)) {
            // it waits to be taken in, or was removed; whom it followed may need its vote for that
            leader = Optional.empty();
            awaitLeader();
            return;
        }
        long term = content.term() + 1;
        part = Part.STANDS;
        leader = Optional.empty();
        voters.clear();
        write(it -> it.enter(term, Optional.of(self)), () -> {
            if (part == Part.STANDS && content.term() == term) {
                others(to ->
                        group.send(self, to, new LogMessage.Candidacy(term, self, content.lastIndex(), lastTerm())));
                elected(self);
            }
        });
        owner.partMayHaveChanged();
        awaitLeader();
    }

    private long lastTerm() {
        return content.termAt(content.lastIndex()).orElseThrow();
    }

    private void elected(String voter) {
        voters.add(voter);
        if (voters.stream().filter(this::isMember).count() >= majority()) {
            lead();
        }
    }

    private void lead() {
        part = Part.LEADS;
        leader = Optional.of(self);
        next.clear();
        matched.clear();
        heardNanos.clear();
        others(this::begin);
        termBegan = append(Optional.empty());
        heartbeat(content.term());
        owner.partMayHaveChanged();
    }

    private void begin(String follower) {
        next.put(follower, content.lastIndex() + 1);
        heardNanos.put(follower, time.nowNanos());
    }

    /** Leads no more, as if it had been asked to; what is under way may or may not get through. */
    void stepDown() {
        if (part == Part.LEADS) {
            part = Part.FOLLOWS;
            leader = Optional.empty();
            awaitLeader();
            owner.partMayHaveChanged();
        }
    }

    private void heartbeat(long term) {
        if (part != Part.LEADS || content.term() != term) {
            return;
        }
        long recently = time.nowNanos() - DESERTED_AFTER.toNanos();
        long reached = heardNanos.entrySet().stream()
                .filter(it -> isMember(it.getKey()) && it.getValue() >= recently)
                .count();
        if (reached + 1 < majority()) {
            stepDown();
            return;
        }
        others(this::replicate);
        time.at(time.nowNanos() + HEARTBEAT.toNanos(), "log heartbeat " + self, this::isOpen, () -> heartbeat(term));
    }

    /** Puts a command into the log of this leader, and says where. */
    long append(Optional<byte[]> command) {
        return append(new LogContent.Entry(content.term(), command, Optional.empty()));
    }

    /** Changes the members by one; not before the change before it, and this leader's term, are committed. */
    Optional<Long> change(List<String> members) {
        long differences = members.stream().filter(name -> !isMember(name)).count()
                + content.members().stream()
                        .filter(name -> !members.contains(name))
                        .count();
        boolean settled = part == Part.LEADS && committed >= termBegan && content.membersIndex() <= committed;
        if (!settled || differences > 1 || !members.contains(self)) {
            return Optional.empty();
        }
        members.stream().filter(name -> !isMember(name)).forEach(this::begin);
        return Optional.of(append(new LogContent.Entry(content.term(), Optional.empty(), Optional.of(members))));
    }

    /** How far a follower is, and when it was last heard of. */
    record Follower(String name, long matched, long heardNanos) {}

    /** What a leader knows of the others. */
    List<Follower> followers() {
        return part != Part.LEADS
                ? List.of()
                : content.members().stream()
                        .filter(name -> !name.equals(self))
                        .map(name ->
                                new Follower(name, matched.getOrDefault(name, 0L), heardNanos.getOrDefault(name, 0L)))
                        .toList();
    }

    private long append(LogContent.Entry one) {
        long term = content.term();
        long index = content.lastIndex() + 1;
        var entry = List.of(one);
        write(it -> it.append(index - 1, entry), () -> {
            if (part == Part.LEADS && content.term() == term) {
                matched(self, index);
            }
        });
        others(this::replicate);
        return index;
    }

    private long nextFor(String name) {
        return next.getOrDefault(name, content.lastIndex() + 1);
    }

    private void replicate(String to) {
        long from = nextFor(to);
        var previous = content.termAt(from - 1);
        group.send(
                self,
                to,
                previous.<LogMessage>map(term -> new LogMessage.Append(
                                content.term(),
                                self,
                                from - 1,
                                term,
                                content.entriesFrom(from, ENTRIES_MAX),
                                committed))
                        .orElseGet(() -> new LogMessage.Install(content.term(), self, content.snapshot())));
    }

    private void matched(String name, long upTo) {
        matched.merge(name, upTo, Math::max);
        var sorted = matched.entrySet().stream()
                .filter(it -> isMember(it.getKey()))
                .map(Map.Entry::getValue)
                .sorted(Comparator.reverseOrder())
                .toList();
        if (sorted.size() < majority()) {
            return;
        }
        long byMajority = sorted.get(majority() - 1);
        boolean ofThisTerm = content.termAt(byMajority)
                .filter(term -> term == content.term())
                .isPresent();
        if (byMajority > committed && ofThisTerm) {
            committed = byMajority;
            owner.committed();
        }
    }

    /** A member that wrote a snapshot of what it has applied needs the entries before no more. */
    void keep(LogContent.Stored snapshot) {
        write(it -> it.take(snapshot), () -> {});
    }

    void received(LogMessage message) {
        if (message instanceof LogMessage.Candidacy candidacy
                && !isMember(candidacy.candidate())
                && leader.isPresent()) {
            // one that was removed and does not know it disturbs nobody; without a leader it may be one that was taken
            // in,
            // which this member does not know yet
            return;
        }
        if (message.term() > content.term()) {
            write(it -> it.enter(message.term(), Optional.empty()), () -> {});
            part = Part.FOLLOWS;
            leader = Optional.empty();
            awaitLeader();
            owner.partMayHaveChanged();
        }
        switch (message) {
            case LogMessage.Candidacy candidacy -> vote(candidacy);
            case LogMessage.Ballot ballot -> {
                if (part == Part.STANDS && ballot.granted() && ballot.term() == content.term()) {
                    elected(ballot.voter());
                }
            }
            case LogMessage.Append append -> follow(append);
            case LogMessage.Install install -> install(install);
            case LogMessage.Appended answer -> answered(answer);
        }
    }

    private void vote(LogMessage.Candidacy candidacy) {
        boolean newer = candidacy.lastTerm() > lastTerm()
                || (candidacy.lastTerm() == lastTerm() && candidacy.lastIndex() >= content.lastIndex());
        boolean free =
                content.vote().map(candidacy.candidate()::equals).orElse(true) && candidacy.term() == content.term();
        if (newer && free) {
            awaitLeader();
            write(
                    it -> it.enter(candidacy.term(), Optional.of(candidacy.candidate())),
                    () -> group.send(self, candidacy.candidate(), new LogMessage.Ballot(candidacy.term(), self, true)));
        } else {
            group.send(self, candidacy.candidate(), new LogMessage.Ballot(content.term(), self, false));
        }
    }

    /** True when the message is from the leader of this term, whom this member follows from now on. */
    private boolean acknowledges(String name, long term) {
        if (term < content.term()) {
            group.send(self, name, new LogMessage.Appended(content.term(), self, false, content.lastIndex()));
            return false;
        }
        part = Part.FOLLOWS;
        if (!leader.equals(Optional.of(name))) {
            leader = Optional.of(name);
            owner.partMayHaveChanged();
        }
        awaitLeader();
        return true;
    }

    private void follow(LogMessage.Append append) {
        if (!acknowledges(append.leader(), append.term())) {
            return;
        }
        boolean fits = append.previous() <= content.snapshot().index()
                || content.termAt(append.previous())
                        .filter(term -> term == append.previousTerm())
                        .isPresent();
        if (!fits) {
            long known = Math.min(content.lastIndex(), append.previous() - 1);
            group.send(self, append.leader(), new LogMessage.Appended(append.term(), self, false, known));
            return;
        }
        long upTo = append.previous() + append.entries().size();
        write(
                it -> it.append(append.previous(), append.entries()),
                () -> group.send(self, append.leader(), new LogMessage.Appended(append.term(), self, true, upTo)));
        commit(Math.min(append.committed(), upTo));
    }

    private void commit(long upTo) {
        if (upTo > committed) {
            committed = upTo;
            owner.committed();
        }
    }

    private void install(LogMessage.Install install) {
        if (!acknowledges(install.leader(), install.term())) {
            return;
        }
        var snapshot = install.snapshot();
        if (snapshot.index() > committed) {
            committed = snapshot.index();
            keep(snapshot);
            owner.installed(snapshot);
        }
        write(
                it -> {},
                () -> group.send(
                        self, install.leader(), new LogMessage.Appended(install.term(), self, true, snapshot.index())));
    }

    private void answered(LogMessage.Appended answer) {
        if (part != Part.LEADS || answer.term() != content.term()) {
            return;
        }
        var follower = answer.follower();
        heardNanos.put(follower, time.nowNanos());
        if (answer.fits()) {
            long before = Optional.ofNullable(matched.get(follower)).orElse(0L);
            matched(follower, answer.upTo());
            next.put(follower, Collections.max(List.of(before, answer.upTo())) + 1);
            if (answer.upTo() > before && content.lastIndex() > answer.upTo()) {
                replicate(follower);
            }
        } else if (nextFor(follower) > answer.upTo() + 1) {
            next.put(follower, answer.upTo() + 1);
            replicate(follower);
        }
    }
}
