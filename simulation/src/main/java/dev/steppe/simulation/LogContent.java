package dev.steppe.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a member of the simulated log holds: the newest term it knows, whom it elected there, a snapshot and the entries
 * after it. Each member has one in memory, and one on its disk that follows by and by.
 */
final class LogContent {
    private long term;
    private Optional<String> vote = Optional.empty();
    private Stored snapshot;
    private final List<Entry> entries = new ArrayList<>();

    /** An entry; without a command it changes the members, or marks the begin of a term or a moment to read at. */
    record Entry(long term, Optional<byte[]> command, Optional<List<String>> members) {}

    /** A state: its last entry, that one's term, the commands in it, its bytes, and who the members were then. */
    record Stored(long index, long term, long commands, byte[] bytes, List<String> members) {}

    /** That of a member that begins with these; of one that waits to be taken in, with nobody. */
    LogContent(List<String> members) {
        snapshot = new Stored(0, 0, 0, new byte[0], List.copyOf(members));
    }

    /** The same content, to be changed apart. */
    LogContent copy() {
        var copy = new LogContent(List.of());
        copy.term = term;
        copy.vote = vote;
        copy.snapshot = snapshot;
        copy.entries.addAll(entries);
        return copy;
    }

    long term() {
        return term;
    }

    Optional<String> vote() {
        return vote;
    }

    Stored snapshot() {
        return snapshot;
    }

    long lastIndex() {
        return snapshot.index + entries.size();
    }

    /** Who the members are: what the newest entry about them says counts, committed or not. */
    List<String> members() {
        return membersAt(lastIndex());
    }

    /** The same as far as the entries up to there say. */
    List<String> membersAt(long index) {
        for (long at = index; at > snapshot.index; at--) {
            var said = entry(at).members;
            if (said.isPresent()) {
                return said.get();
            }
        }
        return snapshot.members;
    }

    /** The newest entry about the members; 0 when it is in the snapshot. */
    long membersIndex() {
        for (long at = lastIndex(); at > snapshot.index; at--) {
            if (entry(at).members.isPresent()) {
                return at;
            }
        }
        return 0;
    }

    /** The term of an entry that is there, or of the snapshot's last one; empty of others. */
    Optional<Long> termAt(long index) {
        if (index == snapshot.index) {
            return Optional.of(snapshot.term);
        }
        return index > snapshot.index && index <= lastIndex() ? Optional.of(entry(index).term) : Optional.empty();
    }

    Entry entry(long index) {
        return entries.get((int) (index - snapshot.index - 1));
    }

    /** Those from there on, but not more than so many. */
    List<Entry> entriesFrom(long index, int limit) {
        int begin = (int) (index - snapshot.index - 1);
        return List.copyOf(entries.subList(begin, Math.min(entries.size(), begin + limit)));
    }

    /** A newer term, and whom this member elects in it. */
    void enter(long newTerm, Optional<String> elected) {
        term = newTerm;
        vote = elected;
    }

    /** Appends after the given index; what is there and contradicts goes, with all that follows. */
    void append(long after, List<Entry> appended) {
        long index = after;
        for (Entry entry : appended) {
            index++;
            if (index <= snapshot.index) {
                continue;
            }
            if (termAt(index).filter(known -> known == entry.term).isPresent()) {
                continue;
            }
            cut(index);
            entries.add(entry);
        }
    }

    private void cut(long from) {
        if (from <= lastIndex()) {
            entries.subList((int) (from - snapshot.index - 1), entries.size()).clear();
        }
    }

    /** A snapshot takes the place of the entries it covers; those after it stay when they follow on it. */
    void take(Stored newer) {
        if (newer.index <= snapshot.index) {
            return;
        }
        boolean follows =
                termAt(newer.index).filter(known -> known == newer.term).isPresent();
        if (follows) {
            entries.subList(0, (int) (newer.index - snapshot.index)).clear();
        } else {
            entries.clear();
        }
        snapshot = newer;
    }

    /** Loses the newest entry, as no disk should. */
    void forgetLast() {
        if (!entries.isEmpty()) {
            entries.removeLast();
        }
    }
}
