package dev.steppe.model;

import java.util.random.RandomGenerator;

/** The id of an allocation. */
public final class AllocationId extends Id<AllocationId> {
    public AllocationId(String value) {
        super(value, "allocation id");
    }

    private AllocationId(long high, long low) {
        super(high, low);
    }

    /**
     * Ids of allocations that are placed together: UUIDs of version 4 (RFC 9562, section 5.4) whose first eight characters
     * count up from a random beginning, and whose rest is random. So the eight characters that people see differ, and what
     * is placed together lies together in each sorted tree: a thousand of them change some fifty leaves and not a thousand.
     */
    public static final class Row {
        private static final long RANDOM_OF_HIGH = 0xfff;
        private static final long VERSION_4 = 0x4000;
        private static final long VARIANT = 0x8000_0000_0000_0000L;
        private static final long RANDOM_OF_LOW = 0x3fff_ffff_ffff_ffffL;

        private final RandomGenerator random;
        private int first;
        private boolean begun;

        public Row(RandomGenerator random) {
            this.random = random;
        }

        public AllocationId next() {
            first = begun ? first + 1 : random.nextInt();
            begun = true;
            long rest = random.nextLong();
            long high = (long) first << Integer.SIZE | rest & 0xffff_0000L | VERSION_4 | rest & RANDOM_OF_HIGH;
            return new AllocationId(high, VARIANT | random.nextLong() & RANDOM_OF_LOW);
        }
    }
}
