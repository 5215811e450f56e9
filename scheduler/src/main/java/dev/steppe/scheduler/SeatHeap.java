package dev.steppe.scheduler;

import java.util.Arrays;

/**
 * Seats of a fleet, the best on top, where "best" may change for a seat while it is out. A binary heap that knows positions. It is put
 * in order when that pays: the first questions are answered by a look at all, since many plans ask no more.
 */
final class SeatHeap {
    /** How many the best few are. */
    static final int FEW = 5;

    private static final int LOOKS = 2;
    private static final int[] NONE = {};

    private final Order order;
    private final int[] positions;
    private int[] seats = new int[16];
    private int size;
    private boolean ordered;
    private int looks;
    /** The best few of those that are there now, where a look has found them. */
    private int[] found = NONE;

    /** Which of two seats is the better one; never neither. */
    @FunctionalInterface
    interface Order {
        boolean isBetter(int one, int other);
    }

    /** Heaps that never hold the same seat at once may share the array of positions, one for each seat. */
    SeatHeap(Order order, int[] positions) {
        this.order = order;
        this.positions = positions;
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /** The best. Not for an empty heap. */
    int top() {
        return ordered ? seats[0] : best()[0];
    }

    /** Whether it is in order now. */
    private boolean isWorthOrder() {
        if (!ordered && ++looks > LOOKS) {
            for (int at = size / 2 - 1; at >= 0; at--) {
                down(at);
            }
            ordered = true;
        }
        return ordered;
    }

    /** The best few of seats without order, best first. */
    private int[] lookForBest() {
        int[] best = new int[Math.min(FEW, size)];
        int count = 0;
        for (int i = 0; i < size; i++) {
            int seat = seats[i];
            if (count == best.length && !order.isBetter(seat, best[count - 1])) {
                continue;
            }
            int at = count < best.length ? count++ : count - 1;
            while (at > 0 && order.isBetter(seat, best[at - 1])) {
                best[at] = best[at - 1];
                at--;
            }
            best[at] = seat;
        }
        return best;
    }

    void add(int seat) {
        found = NONE;
        if (size == seats.length) {
            seats = Arrays.copyOf(seats, 2 * size);
        }
        set(size++, seat);
        if (ordered) {
            up(size - 1);
        }
    }

    void remove(int seat) {
        found = NONE;
        int at = positions[seat];
        int last = seats[--size];
        if (at < size) {
            set(at, last);
            if (ordered) {
                up(at);
                down(positions[last]);
            }
        }
    }

    /** The best few, best first; not to be changed. */
    int[] best() {
        if (found.length > 0 || size == 0) {
            return found;
        }
        if (!isWorthOrder()) {
            found = lookForBest();
            return found;
        }
        int[] best = new int[Math.min(FEW, size)];
        for (int i = 0; i < best.length; i++) {
            best[i] = top();
            remove(best[i]);
        }
        for (int seat : best) {
            add(seat);
        }
        return best;
    }

    private void set(int at, int seat) {
        seats[at] = seat;
        positions[seat] = at;
    }

    private void up(int from) {
        int at = from;
        int seat = seats[at];
        while (at > 0 && order.isBetter(seat, seats[(at - 1) / 2])) {
            set(at, seats[(at - 1) / 2]);
            at = (at - 1) / 2;
        }
        set(at, seat);
    }

    private void down(int from) {
        int at = from;
        int seat = seats[at];
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && order.isBetter(seats[child + 1], seats[child])) {
                child++;
            }
            if (!order.isBetter(seats[child], seat)) {
                break;
            }
            set(at, seats[child]);
            at = child;
        }
        set(at, seat);
    }
}
