package dev.steppe.client.allocation;

import java.util.Optional;

/**
 * One thing an allocation needs around its tasks: directories, a network, an identity. Hooks are an ordered list; each
 * is prepared in order before the tasks and released in reverse order after them. Methods block and run away from the
 * loop, one at a time per allocation. All are idempotent: after a crash they are called again.
 */
public interface AllocationHook {
    String name();

    /** Makes what the allocation needs; what it learns goes into the surroundings. */
    void prepare(Surroundings surroundings) throws HookException;

    /** Takes over what an earlier agent prepared. Throws when it is gone, for example after a reboot. */
    void adopt(Surroundings surroundings) throws HookException;

    /** Removes everything but what people may want to read afterwards. */
    void release(Surroundings surroundings) throws HookException;

    /** Removes the rest too. */
    default void forget(Surroundings surroundings) throws HookException {}

    /** A hook could not do its part; the message is for the operator. */
    final class HookException extends Exception {
        private static final long serialVersionUID = 1L;

        public HookException(String message, Throwable cause) {
            super(message, cause);
        }

        public HookException(String message) {
            super(message);
        }
    }

    /** For reading what another hook provided. */
    static <T> T need(Optional<T> value, String what) throws HookException {
        return value.orElseThrow(() -> new HookException(what + " is not there"));
    }
}
