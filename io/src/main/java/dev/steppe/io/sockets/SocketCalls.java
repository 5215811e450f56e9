package dev.steppe.io.sockets;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * Functions of the C library, all through one downcall of one shape (six words to one word): the socket broker is a process
 * of its own on every node, and each further shape costs it memory. Surplus arguments are ignored by both ABIs in use.
 */
final class SocketCalls {
    private static final int EINTR = 4;
    private static final MethodHandle CALL;
    private static final VarHandle ERRNO =
            Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));

    static {
        var word = ValueLayout.JAVA_LONG;
        CALL = Linker.nativeLinker()
                .downcallHandle(
                        FunctionDescriptor.of(word, word, word, word, word, word, word),
                        Linker.Option.captureCallState("errno"));
    }

    private final String name;
    private final MemorySegment address;

    SocketCalls(String name) {
        this.name = name;
        this.address = Linker.nativeLinker()
                .defaultLookup()
                .find(name)
                .orElseThrow(() -> new IllegalStateException("the C library has no function " + name));
    }

    /** Calls with up to six words; the result is an int of the C function. Repeats when interrupted by a signal. */
    int call(String subject, long... words) throws SocketException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(Linker.Option.captureStateLayout());
            while (true) {
                int result = (int) (long) CALL.invokeExact(
                        address,
                        state,
                        word(words, 0),
                        word(words, 1),
                        word(words, 2),
                        word(words, 3),
                        word(words, 4),
                        word(words, 5));
                if (result >= 0) {
                    return result;
                }
                int errno = (int) ERRNO.get(state, 0L);
                if (errno != EINTR) {
                    throw new SocketException(name, subject, errno);
                }
            }
        } catch (SocketException | RuntimeException | Error known) {
            throw known;
        } catch (Throwable impossible) {
            throw new IllegalStateException("calling " + name, impossible);
        }
    }

    private static long word(long[] words, int index) {
        return index < words.length ? words[index] : 0;
    }
}
