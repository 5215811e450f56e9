package dev.steppe.scheduler;

import dev.steppe.model.Node;
import dev.steppe.model.NodeScore;
import dev.steppe.state.Fleet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * The seats where one more instance of a group fits, in the order of their scores. Those that share the values spreads and limits
 * look at are together in a bucket: what those say is the same for all of them and does not change their order.
 */
final class Ranking {
    private static final int SCORES_MAX = SeatHeap.FEW;

    /** More parts of a score than there are. */
    private static final int PARTS = 8;

    private final Fleet fleet;
    private final Rank rank;
    private final Neighbours neighbours;
    private final long salt;
    private final List<String> attributes;
    private final int[] positions;
    private final double[] sums;
    private final List<Bucket> buckets = new ArrayList<>();
    private final Map<Shared, Integer> bucketOf = new HashMap<>();
    /** The bucket for each kind of node and number of parts, where all nodes of a kind share those values. */
    private final int[] bucketOfKind;

    /** Nodes with the same shared values and as many components of score, of which one is an example for all. */
    record Bucket(Node example, List<String> spreads, int parts, SeatHeap seats) {}

    private record Shared(List<String> values, int parts) {}

    /** A node that was chosen, with its score. */
    record Best(int seat, double score) {}

    /**
     * Begins with no seat.
     *
     * @param limited the attributes that limits look at
     * @param salt decides among nodes of equal score
     */
    Ranking(Fleet fleet, Rank rank, Neighbours neighbours, List<String> limited, long salt) {
        this.fleet = fleet;
        this.rank = rank;
        this.neighbours = neighbours;
        this.salt = salt;
        var shared = new TreeSet<>(limited);
        rank.spreads().forEach(spread -> shared.add(spread.attribute()));
        attributes = List.copyOf(shared);
        positions = new int[fleet.seats()];
        sums = new double[fleet.seats()];
        boolean byKind = attributes.stream().noneMatch(Target::isOwn);
        bucketOfKind = new int[byKind ? PARTS * fleet.kinds() : 0];
        Arrays.fill(bucketOfKind, -1);
    }

    /** Takes in a seat; the number of the bucket it is in from now on. */
    int add(int seat, int kind, double sum, int parts) {
        sums[seat] = sum;
        int bucket = bucket(seat, kind, parts);
        buckets.get(bucket).seats().add(seat);
        return bucket;
    }

    void remove(int bucket, int seat) {
        buckets.get(bucket).seats().remove(seat);
    }

    List<Bucket> buckets() {
        return buckets;
    }

    private int bucket(int seat, int kind, int parts) {
        if (bucketOfKind.length == 0) {
            return bucket(fleet.node(seat), parts);
        }
        int place = PARTS * kind + parts;
        if (bucketOfKind[place] < 0) {
            bucketOfKind[place] = bucket(fleet.node(seat), parts);
        }
        return bucketOfKind[place];
    }

    private int bucket(Node node, int parts) {
        return bucketOf.computeIfAbsent(new Shared(sharedValues(node), parts), shared -> {
            buckets.add(new Bucket(node, rank.spreadValues(node), parts, new SeatHeap(this::isBetter, positions)));
            return buckets.size() - 1;
        });
    }

    private List<String> sharedValues(Node node) {
        if (attributes.isEmpty()) {
            return List.of();
        }
        return attributes.stream()
                .map(attribute -> Target.resolve(attribute, node).orElse(""))
                .toList();
    }

    private boolean isBetter(int one, int other) {
        return sums[one] != sums[other] ? sums[one] > sums[other] : isLuckier(one, other);
    }

    private boolean isLuckier(int one, int other) {
        long luck = luck(one);
        long luckOfOther = luck(other);
        return luck != luckOfOther ? luck < luckOfOther : one < other;
    }

    /** By the node's id, not by its seat, which may be another one on another server (the finalizer of SplitMix64). */
    private long luck(int seat) {
        long mixed = salt ^ fleet.draw(seat) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
        return mixed ^ mixed >>> 31;
    }

    /** The best seat of the buckets that are open, and of some seats that are in none of them. Empty where there is none. */
    Optional<Best> best(Predicate<Bucket> isOpen, List<Best> others) {
        Optional<Best> best = Optional.empty();
        for (Bucket bucket : buckets) {
            if (!bucket.seats().isEmpty() && isOpen.test(bucket)) {
                best = better(best, topOf(bucket));
            }
        }
        for (Best other : others) {
            best = better(best, other);
        }
        return best;
    }

    private Best topOf(Bucket bucket) {
        int seat = bucket.seats().top();
        var own = new Rank.Own(sums[seat], bucket.parts());
        return new Best(seat, own.with(rank.spread(bucket.spreads(), neighbours)));
    }

    private Optional<Best> better(Optional<Best> known, Best other) {
        return known.filter(it ->
                        it.score() > other.score() || it.score() == other.score() && isLuckier(it.seat(), other.seat()))
                .or(() -> Optional.of(other));
    }

    /** The scores of the best seats of the buckets that are open, some of them: no better one is left out. */
    List<NodeScore> scores(Predicate<Bucket> isOpen, IntFunction<NodeScore> score) {
        var open = buckets.stream()
                .filter(bucket -> !bucket.seats().isEmpty() && isOpen.test(bucket))
                .toList();
        var scores = new ArrayList<NodeScore>();
        for (Bucket bucket : promising(open)) {
            for (int seat : bucket.seats().best()) {
                scores.add(score.apply(seat));
            }
        }
        return scores;
    }

    private record Top(int place, double score) {}

    /** Those whose best seats are the best: the best seats of all are among theirs. */
    private List<Bucket> promising(List<Bucket> open) {
        if (open.size() <= SCORES_MAX) {
            return open;
        }
        return IntStream.range(0, open.size())
                .mapToObj(place -> new Top(place, topOf(open.get(place)).score()))
                .sorted(Comparator.comparingDouble(Top::score).reversed())
                .limit(SCORES_MAX)
                .map(Top::place)
                .sorted()
                .map(open::get)
                .toList();
    }
}
