package dev.steppe.io.linux;

import static dev.steppe.io.linux.Native.INT;
import static dev.steppe.io.linux.Native.LONG;
import static dev.steppe.io.linux.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Reads, writes and waits on descriptors without being held up by any of them. Waiting blocks the thread in the kernel, so
 * it belongs on a platform thread.
 */
public final class Polling {
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int O_NONBLOCK = 04000;
    private static final short POLLIN = 1;
    private static final short POLLOUT = 4;
    private static final int POLL_BYTES = 8;

    private static final Native FCNTL = Native.variadic("fcntl", 2, INT, INT, INT, INT);
    private static final Native READ = Native.function("read", LONG, INT, POINTER, LONG);
    private static final Native WRITE = Native.function("write", LONG, INT, POINTER, LONG);
    private static final Native POLL = Native.function("poll", INT, POINTER, LONG, INT);

    private Polling() {}

    /** What to wait for at a descriptor. */
    public enum Event {
        READABLE(POLLIN),
        WRITABLE(POLLOUT);

        private final short bit;

        Event(short bit) {
            this.bit = bit;
        }
    }

    /** A descriptor and what to wait for; its end or failure counts as that too. */
    public record Interest(Descriptor descriptor, Event event) {}

    /** From now on reads and writes return at once. */
    public static void doNotBlock(Descriptor descriptor) throws LinuxException {
        long flags = FCNTL.call("flags", descriptor.number(), F_GETFL, 0);
        FCNTL.call("flags", descriptor.number(), F_SETFL, (int) flags | O_NONBLOCK);
    }

    /** Waits until something of it happens or the time is over; answers what happened, in the same order. */
    public static boolean[] await(List<Interest> interests, Duration timeout) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var table = arena.allocate((long) POLL_BYTES * Math.max(1, interests.size()), 8);
            for (int index = 0; index < interests.size(); index++) {
                var interest = interests.get(index);
                long at = (long) index * POLL_BYTES;
                table.set(INT, at, interest.descriptor.number());
                table.set(ValueLayout.JAVA_SHORT, at + 4, interest.event.bit);
            }
            int millis = (int) Math.min(Integer.MAX_VALUE, timeout.toMillis());
            POLL.call("", table, (long) interests.size(), millis);
            var happened = new boolean[interests.size()];
            for (int index = 0; index < happened.length; index++) {
                happened[index] = table.get(ValueLayout.JAVA_SHORT, (long) index * POLL_BYTES + 6) != 0;
            }
            return happened;
        }
    }

    /** What can be read now: empty when nothing is there yet, no bytes at the end. */
    public static Optional<byte[]> read(Descriptor from, int maximumBytes) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var buffer = arena.allocate(maximumBytes);
            long count = READ.call("", from.number(), buffer, (long) maximumBytes);
            return Optional.of(buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE));
        } catch (LinuxException refused) {
            return switch (refused.errno()) {
                case EAGAIN -> Optional.empty();
                // the other end of a terminal was closed by everybody
                case EIO -> Optional.of(new byte[0]);
                default -> throw refused;
            };
        }
    }

    /** Writes what fits now and answers how many bytes that were. */
    public static int write(Descriptor into, byte[] bytes, int offset) throws LinuxException {
        int length = bytes.length - offset;
        try (var arena = Arena.ofConfined()) {
            var buffer = arena.allocate(length);
            buffer.copyFrom(java.lang.foreign.MemorySegment.ofArray(bytes).asSlice(offset, length));
            return (int) WRITE.call("", into.number(), buffer, (long) length);
        } catch (LinuxException refused) {
            if (refused.errno() == Errno.EAGAIN) {
                return 0;
            }
            throw refused;
        }
    }
}
