package dev.steppe.io.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** One bound C function whose failures carry errno. Immutable; callable from any thread. */
final class Native {
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    static final java.lang.foreign.AddressLayout POINTER = ValueLayout.ADDRESS;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final VarHandle ERRNO =
            Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private final String name;
    private final MethodHandle handle;

    private Native(String name, MethodHandle handle) {
        this.name = name;
        this.handle = handle.asType(handle.type().generic())
                .asSpreader(Object[].class, handle.type().parameterCount());
    }

    /** Binds a function of the C library; its result and arguments are int, long or pointer. */
    static Native function(String name, MemoryLayout result, MemoryLayout... arguments) {
        return bind(name, FunctionDescriptor.of(result, arguments), Linker.Option.captureCallState("errno"));
    }

    /** Binds a variadic function; arguments from the given index on are passed as variadic. */
    static Native variadic(String name, int firstVariadic, MemoryLayout result, MemoryLayout... arguments) {
        return bind(
                name,
                FunctionDescriptor.of(result, arguments),
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(firstVariadic));
    }

    private static Native bind(String name, FunctionDescriptor shape, Linker.Option... options) {
        var address = LINKER.defaultLookup()
                .find(name)
                .orElseThrow(() -> new IllegalStateException("the C library has no function " + name));
        return new Native(name, LINKER.downcallHandle(address, shape, options));
    }

    /** Calls; a negative result becomes a {@link LinuxException} about the subject. Repeats when interrupted. */
    long call(String subject, Object... arguments) throws LinuxException {
        while (true) {
            var outcome = attempt(arguments);
            if (outcome.result >= 0) {
                return outcome.result;
            }
            if (outcome.errno != Errno.EINTR) {
                throw new LinuxException(name, subject, outcome.errno);
            }
        }
    }

    /** Calls a function that returns its error number instead of setting errno (the posix_spawn family). */
    void callReturningErrno(String subject, Object... arguments) throws LinuxException {
        var outcome = attempt(arguments);
        if (outcome.result != 0) {
            throw new LinuxException(name, subject, Errno.of((int) outcome.result));
        }
    }

    private Outcome attempt(Object... arguments) {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(Linker.Option.captureStateLayout());
            var all = new Object[arguments.length + 1];
            all[0] = state;
            System.arraycopy(arguments, 0, all, 1, arguments.length);
            var result = ((Number) (Object) handle.invoke(all)).longValue();
            return new Outcome(result, result < 0 ? Errno.of((int) ERRNO.get(state, 0L)) : Errno.OTHER);
        } catch (RuntimeException | Error bug) {
            throw bug;
        } catch (Throwable impossible) {
            throw new IllegalStateException("calling " + name, impossible);
        }
    }

    static MemorySegment text(Arena arena, String value) {
        if (value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("text for a system call contains a NUL byte");
        }
        return arena.allocateFrom(value);
    }

    /** A NULL-terminated array of C strings. */
    static MemorySegment texts(Arena arena, java.util.List<String> values) {
        var array = arena.allocate(POINTER, values.size() + 1L);
        for (int index = 0; index < values.size(); index++) {
            array.setAtIndex(POINTER, index, text(arena, values.get(index)));
        }
        array.setAtIndex(POINTER, values.size(), MemorySegment.NULL);
        return array;
    }

    private record Outcome(long result, Errno errno) {}
}
