package dev.steppe.state;

import dev.steppe.model.data.KeyEntry;
import dev.steppe.model.data.Session;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All keys with their values, and the sessions that may hold them, at one index. Immutable. Each key and each prefix has
 * an index of its own, that of the last change below it: a removed key leaves a tombstone that remembers it for a while.
 */
public final class KeySpace {
    private static final KeySpace EMPTY = new KeySpace(
            PersistentMap.empty(), Index.empty(), PersistentMap.empty(), PersistentMap.empty(), PersistentMap.empty());

    final PersistentMap<String, KeyEntry> entries;
    final Index<String, String> heldBySession;
    final PersistentMap<String, Tombstone> tombstones;
    final PersistentMap<String, LockDelay> lockDelays;
    final PersistentMap<String, Session> sessions;

    /** A key that was removed, and when. */
    public record Tombstone(String key, long index, Instant at) {}

    /** A key that nobody gets before that time, because its last holder was lost. */
    public record LockDelay(String key, Instant until) {}

    private KeySpace(
            PersistentMap<String, KeyEntry> entries,
            Index<String, String> heldBySession,
            PersistentMap<String, Tombstone> tombstones,
            PersistentMap<String, LockDelay> lockDelays,
            PersistentMap<String, Session> sessions) {
        this.entries = entries;
        this.heldBySession = heldBySession;
        this.tombstones = tombstones;
        this.lockDelays = lockDelays;
        this.sessions = sessions;
    }

    static KeySpace empty() {
        return EMPTY;
    }

    public Optional<KeyEntry> get(String key) {
        return entries.get(key);
    }

    /** The keys that begin so, in order. */
    public List<KeyEntry> under(String prefix) {
        var found = new ArrayList<KeyEntry>();
        for (KeyEntry entry : entries.from(prefix)) {
            if (!entry.key().startsWith(prefix)) {
                break;
            }
            found.add(entry);
        }
        return found;
    }

    public int size() {
        return entries.size();
    }

    /** The index of a key's last change, also of its removal; 0 when it is not known ever to have been there. */
    public long indexOf(String key) {
        return Math.max(
                entries.get(key).map(KeyEntry::modifyIndex).orElse(0L),
                tombstones.get(key).map(Tombstone::index).orElse(0L));
    }

    /** The index of the last change, also a removal, of any key that begins so; 0 when there is none. */
    public long indexUnder(String prefix) {
        long newest = 0;
        for (KeyEntry entry : entries.from(prefix)) {
            if (!entry.key().startsWith(prefix)) {
                break;
            }
            newest = Math.max(newest, entry.modifyIndex());
        }
        for (Tombstone tombstone : tombstones.from(prefix)) {
            if (!tombstone.key().startsWith(prefix)) {
                break;
            }
            newest = Math.max(newest, tombstone.index());
        }
        return newest;
    }

    public Optional<Session> session(String id) {
        return sessions.get(id);
    }

    /** All sessions, by id. */
    public Iterable<Session> sessions() {
        return sessions;
    }

    /** The keys a session holds, in order. */
    public List<KeyEntry> heldBy(String session) {
        return heldBySession.of(session, entries);
    }

    /** True while nobody may acquire the key. */
    public boolean isDelayed(String key, Instant now) {
        return lockDelays.get(key).map(delay -> delay.until().isAfter(now)).orElse(false);
    }

    /** The tombstones made before that time. */
    public List<Tombstone> tombstonesBefore(Instant time) {
        var old = new ArrayList<Tombstone>();
        for (Tombstone tombstone : tombstones) {
            if (tombstone.at().isBefore(time)) {
                old.add(tombstone);
            }
        }
        return old;
    }

    KeySpace put(KeyEntry entry) {
        var held = entries.get(entry.key())
                .filter(before -> !before.session().isEmpty())
                .map(before -> heldBySession.without(before.session(), before.key()))
                .orElse(heldBySession);
        var holds = entry.session().isEmpty() ? held : held.with(entry.session(), entry.key());
        return new KeySpace(entries.put(entry.key(), entry), holds, tombstones, lockDelays, sessions);
    }

    KeySpace remove(KeyEntry entry, long index, Instant at) {
        var held = entry.session().isEmpty() ? heldBySession : heldBySession.without(entry.session(), entry.key());
        return new KeySpace(
                entries.remove(entry.key()),
                held,
                tombstones.put(entry.key(), new Tombstone(entry.key(), index, at)),
                lockDelays,
                sessions);
    }

    KeySpace put(Tombstone tombstone) {
        return new KeySpace(entries, heldBySession, tombstones.put(tombstone.key(), tombstone), lockDelays, sessions);
    }

    /** Forgets tombstones up to an index. */
    KeySpace reap(long upTo) {
        var kept = tombstones;
        for (Tombstone tombstone : tombstones) {
            if (tombstone.index() <= upTo) {
                kept = kept.remove(tombstone.key());
            }
        }
        return new KeySpace(entries, heldBySession, kept, lockDelays, sessions);
    }

    KeySpace put(LockDelay delay) {
        return new KeySpace(entries, heldBySession, tombstones, lockDelays.put(delay.key(), delay), sessions);
    }

    /** Forgets the delays that are over. */
    KeySpace withoutDelaysBefore(Instant now) {
        var kept = lockDelays;
        for (LockDelay delay : lockDelays) {
            if (!delay.until().isAfter(now)) {
                kept = kept.remove(delay.key());
            }
        }
        return new KeySpace(entries, heldBySession, tombstones, kept, sessions);
    }

    KeySpace put(Session session) {
        return new KeySpace(entries, heldBySession, tombstones, lockDelays, sessions.put(session.id(), session));
    }

    KeySpace remove(Session session) {
        return new KeySpace(entries, heldBySession, tombstones, lockDelays, sessions.remove(session.id()));
    }
}
