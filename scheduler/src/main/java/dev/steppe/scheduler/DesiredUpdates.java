package dev.steppe.scheduler;

import dev.steppe.model.codec.Json;
import java.util.List;
import java.util.TreeSet;

/**
 * How many instances of a group a plan leaves alone, places, moves, stops, updates as they run or replaces.
 * {@code replacedLater} are outdated ones among those left alone: their turn comes when the ones before are healthy. Of failed
 * ones {@code rescheduleNow} are replaced by some of those that are placed, and {@code rescheduleLater} when their policy says.
 * {@code reasons} are what running instances are replaced for.
 */
public record DesiredUpdates(
        int ignore,
        int place,
        int migrate,
        int stop,
        @Json("InPlaceUpdate") int inPlace,
        @Json("DestructiveUpdate") int destructive,
        int canary,
        int preemptions,
        int disconnect,
        int reconnect,
        int rescheduleNow,
        int rescheduleLater,
        int replacedLater,
        List<String> reasons) {

    static final DesiredUpdates NONE = counts(0, 0, 0, 0, 0);

    private static DesiredUpdates counts(int ignore, int place, int stop, int inPlace, int replacedLater) {
        return new DesiredUpdates(ignore, place, 0, stop, inPlace, 0, 0, 0, 0, 0, 0, 0, replacedLater, List.of());
    }

    DesiredUpdates plus(DesiredUpdates other) {
        var all = new TreeSet<>(reasons);
        all.addAll(other.reasons);
        return new DesiredUpdates(
                ignore + other.ignore,
                place + other.place,
                migrate + other.migrate,
                stop + other.stop,
                inPlace + other.inPlace,
                destructive + other.destructive,
                canary + other.canary,
                preemptions + other.preemptions,
                disconnect + other.disconnect,
                reconnect + other.reconnect,
                rescheduleNow + other.rescheduleNow,
                rescheduleLater + other.rescheduleLater,
                replacedLater + other.replacedLater,
                List.copyOf(all));
    }

    static DesiredUpdates placed() {
        return counts(0, 1, 0, 0, 0);
    }

    static DesiredUpdates preempting(int victims) {
        return new DesiredUpdates(0, 0, 0, 0, 0, 0, 0, victims, 0, 0, 0, 0, 0, List.of());
    }

    static DesiredUpdates tried() {
        return new DesiredUpdates(0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, List.of());
    }

    static DesiredUpdates migrated() {
        return new DesiredUpdates(0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, List.of());
    }

    static DesiredUpdates stopped() {
        return counts(0, 0, 1, 0, 0);
    }

    static DesiredUpdates updatedInPlace() {
        return counts(0, 0, 0, 1, 0);
    }

    static DesiredUpdates replaced(List<String> reasons) {
        return new DesiredUpdates(0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, reasons);
    }

    static DesiredUpdates ignored(boolean outdated) {
        return counts(1, 0, 0, 0, outdated ? 1 : 0);
    }

    /** Nothing is heard of it any more. */
    static DesiredUpdates disconnected() {
        return new DesiredUpdates(0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, List.of());
    }

    /** It is heard of again, and stays in place of its replacement. */
    static DesiredUpdates reconnected() {
        return new DesiredUpdates(0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, List.of());
    }

    /** Placed for one that failed. */
    static DesiredUpdates rescheduled() {
        return new DesiredUpdates(0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, List.of());
    }

    /** So many that failed are replaced when their policy says. */
    static DesiredUpdates rescheduledLater(int failed) {
        return new DesiredUpdates(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, failed, 0, List.of());
    }
}
