package dev.steppe.server;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeMap;

/**
 * When what must be renewed was renewed last: in the leader's memory only, because a renewal changes nothing that others
 * could see. A new leader gives everything its full time again, and a clock that is set takes none away. Owned by the server's loop.
 */
final class Renewals {
    private final SteadyTime time = new SteadyTime();
    private final TreeMap<String, Instant> renewed = new TreeMap<>();

    void renew(String name, Instant now) {
        renewed.put(name, time.at(now));
    }

    /** Whether that was not renewed for so long; what was never heard of begins now. */
    boolean isOverdue(String name, Duration patience, Instant now) {
        var steady = time.at(now);
        return renewed.computeIfAbsent(name, it -> steady).plus(patience).isBefore(steady);
    }

    /** Forgets everything that is not named. */
    void retain(Set<String> names) {
        renewed.keySet().retainAll(names);
    }

    /** Forgets everything, when the leadership changes. */
    void clear() {
        renewed.clear();
    }
}
