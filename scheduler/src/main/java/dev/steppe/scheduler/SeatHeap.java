package dev.steppe.scheduler;

import java.util.Arrays;

/** Seats of a fleet, the best on top, where "best" may change for a seat while it is in. A binary heap that knows positions. */
final class SeatHeap {
    private final Order order;
    private final int[] positions;
    private int[] seats = new int[16];
    private int size;

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
        return seats[0];
    }

    void add(int seat) {
        if (size == seats.length) {
            seats = Arrays.copyOf(seats, 2 * size);
        }
        set(size++, seat);
        up(size - 1);
    }

    void remove(int seat) {
        int at = positions[seat];
        int last = seats[--size];
        if (at < size) {
            set(at, last);
            up(at);
            down(positions[last]);
        }
    }

    /** The best few, best first. */
    int[] best(int most) {
        int count = Math.min(most, size);
        int[] found = new int[count];
        for (int i = 0; i < count; i++) {
            found[i] = top();
            remove(found[i]);
        }
        for (int seat : found) {
            add(seat);
        }
        return found;
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
