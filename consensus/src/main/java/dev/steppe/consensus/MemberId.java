package dev.steppe.consensus;

/** Names one member of the log for its whole life, across restarts and address changes. */
public record MemberId(String value) implements Comparable<MemberId> {
    private static final int LENGTH_MAX = 128;

    public MemberId {
        if (value.isEmpty() || value.length() > LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "member id must have 1 to " + LENGTH_MAX + " characters, but has " + value.length());
        }
    }

    @Override
    public int compareTo(MemberId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
