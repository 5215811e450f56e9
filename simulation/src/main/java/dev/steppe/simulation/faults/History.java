package dev.steppe.simulation.faults;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What became of one register that is written with check-and-set alone, as those saw it who wrote and read it. Each value is
 * written once and names the one before it, so the values form a chain, and the chain tells whether there is one order that
 * everybody's answers agree with. Safe for use from any thread.
 */
public final class History {
    /** The value of a register that was never written. */
    public static final String NOTHING = "";

    private final String register;
    private final Map<String, String> before = new HashMap<>();
    private final Map<String, Acknowledged> acknowledged = new HashMap<>();
    private final Map<Long, String> takenIndexes = new HashMap<>();
    private final Map<String, String> refused = new HashMap<>();
    private final List<Seen> seen = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();

    public History(String register) {
        this.register = register;
    }

    private record Acknowledged(String value, long begun, long ended) {}

    private record Seen(String value, long begun, long ended, String where) {}

    /** Somebody is about to write a value in the place of another. */
    public synchronized void attempt(String value, String inPlaceOf) {
        before.put(value, inPlaceOf);
    }

    /** The write was acknowledged; {@code index} is the one it was allowed to replace. */
    public synchronized void acknowledge(String value, long index, long begun, long ended) {
        acknowledged.put(value, new Acknowledged(value, begun, ended));
        var other = Optional.ofNullable(takenIndexes.putIfAbsent(index, value));
        other.ifPresent(first ->
                wrong.add(register + ": index " + index + " was replaced twice, by " + first + " and " + value));
    }

    /** The write was answered with: somebody else was first. */
    public synchronized void refuse(String value, String where) {
        refused.put(value, where);
    }

    /** A read that had to see everything acknowledged before it began. */
    public synchronized void see(String value, long begun, long ended, String where) {
        seen.add(new Seen(value, begun, ended, where));
    }

    public synchronized int acknowledgedCount() {
        return acknowledged.size();
    }

    /**
     * Everything that contradicts one order, given what the register holds now.
     *
     * @param begun when the read of that value began
     */
    public synchronized List<String> contradictions(String now, long begun) {
        var found = new ArrayList<>(wrong);
        var positions = positions(now, found);
        for (var write : acknowledged.values()) {
            if (write.ended < begun && !positions.containsKey(write.value)) {
                found.add(register + ": " + write.value + " was acknowledged and is lost");
            }
        }
        refused.forEach((value, where) -> {
            if (positions.containsKey(value)) {
                found.add(register + ": " + value + " was refused by " + where + " and written all the same");
            }
        });
        checkOrder(positions, found);
        checkReads(positions, begun, found);
        return found;
    }

    /** Each value from the first on with its number; the first is 1. */
    private Map<String, Integer> positions(String now, List<String> found) {
        var chain = new ArrayList<String>();
        for (var value = now; !value.equals(NOTHING); value = Objects.requireNonNull(before.get(value), value)) {
            if (!before.containsKey(value)) {
                found.add(register + ": " + value + " was written by nobody");
                break;
            }
            chain.add(value);
        }
        var positions = new HashMap<String, Integer>();
        for (var value : chain.reversed()) {
            positions.put(value, positions.size() + 1);
        }
        return positions;
    }

    /** A write that began after another one was acknowledged comes after it. */
    private void checkOrder(Map<String, Integer> positions, List<String> found) {
        var inOrder = acknowledged.values().stream()
                .filter(write -> positions.containsKey(write.value))
                .sorted(Comparator.comparing(write -> Objects.requireNonNull(positions.get(write.value))))
                .toList();
        long endedLater = Long.MAX_VALUE;
        for (var write : inOrder.reversed()) {
            if (write.begun > endedLater) {
                found.add(
                        register + ": " + write.value + " comes before a write that was acknowledged before it began");
            }
            endedLater = Math.min(endedLater, write.ended);
        }
    }

    /**
     * A read sees what was written, and at least what was acknowledged before it began. One that ended later than the last
     * look may have seen what came after that.
     */
    private void checkReads(Map<String, Integer> positions, long until, List<String> found) {
        var reads = seen.stream()
                .filter(read -> read.ended < until)
                .sorted(Comparator.comparingLong(Seen::begun))
                .toList();
        var ends = acknowledged.values().stream()
                .sorted(Comparator.comparingLong(Acknowledged::ended))
                .toList();
        int next = 0;
        int newest = 0;
        for (var read : reads) {
            while (next < ends.size() && ends.get(next).ended < read.begun) {
                newest = Math.max(newest, positions.getOrDefault(ends.get(next).value, 0));
                next++;
            }
            int position = read.value.equals(NOTHING) ? 0 : positions.getOrDefault(read.value, -1);
            if (position < 0) {
                found.add(register + ": " + read.where + " told " + read.value + ", which was never there");
            } else if (position < newest) {
                found.add(register + ": " + read.where + " told " + read.value + " after " + (newest - position)
                        + " newer values were acknowledged");
            }
        }
    }
}
