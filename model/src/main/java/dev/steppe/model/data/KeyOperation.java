package dev.steppe.model.data;

/**
 * One step of a transaction on keys. All steps of a transaction happen together, or none does: when one of them cannot.
 * Names of variants and components are part of the log's format.
 */
public sealed interface KeyOperation {

    /** The key, or the prefix, it is about. */
    String key();

    /** Whether it may change something. */
    default boolean writes() {
        return switch (this) {
            case Set set -> true;
            case SetAt set -> true;
            case Acquire acquire -> true;
            case Release release -> true;
            case Delete delete -> true;
            case DeleteAt delete -> true;
            case DeleteTree delete -> true;
            case Read read -> false;
            case ReadIfThere read -> false;
            case ReadTree read -> false;
            case CheckIndex check -> false;
            case CheckSession check -> false;
            case CheckAbsent check -> false;
        };
    }

    /** Writes the value, whoever holds the key. */
    record Set(String key, byte[] value, long flags) implements KeyOperation {}

    /** Writes the value if the key was last changed at that index; 0 means if it is not there. */
    record SetAt(String key, byte[] value, long flags, long index) implements KeyOperation {}

    /** Writes the value and takes the key for a session, unless another one holds it. */
    record Acquire(String key, byte[] value, long flags, String session) implements KeyOperation {}

    /** Writes the value and lets go of the key, which the session must hold. */
    record Release(String key, byte[] value, long flags, String session) implements KeyOperation {}

    /** Removes the key if it is there. */
    record Delete(String key) implements KeyOperation {}

    /** Removes the key if it was last changed at that index. */
    record DeleteAt(String key, long index) implements KeyOperation {}

    /** Removes all keys that begin so. */
    record DeleteTree(String key) implements KeyOperation {}

    /** Reads the key, which must be there. */
    record Read(String key) implements KeyOperation {}

    /** Reads the key if it is there. */
    record ReadIfThere(String key) implements KeyOperation {}

    /** Reads all keys that begin so. */
    record ReadTree(String key) implements KeyOperation {}

    /** Fails unless the key was last changed at that index. */
    record CheckIndex(String key, long index) implements KeyOperation {}

    /** Fails unless the session holds the key. */
    record CheckSession(String key, String session) implements KeyOperation {}

    /** Fails if the key is there. */
    record CheckAbsent(String key) implements KeyOperation {}
}
