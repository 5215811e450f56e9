package dev.steppe.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Which machines reach which now, and how long a word takes. A way may be closed in one direction only. */
final class Routes {
    private static final long DELAY_NANOS_MAX = 5_000_000;
    private static final long SLOW_NANOS_MAX = 800_000_000;
    private static final int SLOW_PERCENT = 2;

    private final SplittableRandom random;
    private final List<Cut> cuts = new ArrayList<>();

    /** Nothing gets from these machines to those. */
    record Cut(Set<String> from, Set<String> to) {
        Cut {
            from = Set.copyOf(from);
            to = Set.copyOf(to);
        }
    }

    Routes(VirtualTime time) {
        random = time.split();
    }

    /** Closes the ways from these machines to those, until it is mended. */
    Cut cut(Collection<String> from, Collection<String> to) {
        var cut = new Cut(Set.copyOf(from), Set.copyOf(to));
        cuts.add(cut);
        return cut;
    }

    void mend(Cut cut) {
        cuts.remove(cut);
    }

    void mendAll() {
        cuts.clear();
    }

    boolean isOpen(String from, String to) {
        return cuts.stream().noneMatch(cut -> cut.from.contains(from) && cut.to.contains(to));
    }

    boolean isOpenBothWays(String one, String two) {
        return isOpen(one, two) && isOpen(two, one);
    }

    /** Mostly a little, sometimes long. */
    Duration delay() {
        boolean slow = random.nextInt(100) < SLOW_PERCENT;
        return Duration.ofNanos(random.nextLong(1, slow ? SLOW_NANOS_MAX : DELAY_NANOS_MAX));
    }
}
