package dev.steppe.state;

import dev.steppe.model.AllocatedResources;
import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.AllocationMetric;
import dev.steppe.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * New allocations in the form that travels: what neighbours in the list have in common is said once, and shared in memory
 * by those who read it. A thousand instances of one group take about 60 bytes each.
 */
public record Placements(List<Batch> batches) {
    public static final Placements NONE = new Placements(List.of());

    /** Allocations that are like one, but for what each {@link Place} says. */
    record Batch(Allocation like, List<Place> places) {}

    /**
     * What is an allocation's own.
     *
     * @param name absent when it is the common one's with {@code number} between its brackets
     * @param nodeName absent when it is what the reader's state calls the node
     * @param resources absent when they are the common one's, as without ports of their own
     * @param metrics absent when they are those of the place before, or the common one's for the first
     */
    record Place(
            AllocationId id,
            int number,
            Optional<String> name,
            NodeId node,
            Optional<String> nodeName,
            Optional<AllocationId> previous,
            long epoch,
            Optional<AllocatedResources> resources,
            Optional<AllocationMetric> metrics) {}

    /** The form of allocations whose nodes the reader knows by their names. */
    public static Placements of(List<Allocation> allocations) {
        return of(allocations, own -> true);
    }

    /** The form of these allocations; where the reader does not call the node so, its name travels, too. */
    static Placements of(List<Allocation> allocations, Predicate<Allocation> nodeNameKnown) {
        if (allocations.isEmpty()) {
            return NONE;
        }
        var batches = new ArrayList<Batch>();
        var like = allocations.getFirst();
        var before = like;
        var places = new ArrayList<Place>();
        for (Allocation allocation : allocations) {
            if (!isLike(like, allocation)) {
                batches.add(new Batch(like, List.copyOf(places)));
                like = allocation;
                before = allocation;
                places.clear();
            }
            places.add(place(like, before.metrics(), allocation, nodeNameKnown.test(allocation)));
            before = allocation;
        }
        batches.add(new Batch(like, List.copyOf(places)));
        return new Placements(List.copyOf(batches));
    }

    /** How many there are. */
    public int size() {
        return batches.stream().mapToInt(batch -> batch.places.size()).sum();
    }

    /** A node as the reader's state has it. */
    record Known(NodeId id, String name) {}

    /** The allocations, in their order; they share the ids and names of the nodes the reader knows. */
    List<Allocation> all(Function<NodeId, Optional<Known>> nodes) {
        var all = new ArrayList<Allocation>(size());
        for (Batch batch : batches) {
            var metrics = batch.like.metrics();
            for (Place place : batch.places) {
                metrics = place.metrics.isPresent() ? place.metrics : metrics;
                all.add(allocation(batch.like, place, metrics, nodes.apply(place.node)));
            }
        }
        return all;
    }

    private static boolean isLike(Allocation like, Allocation other) {
        return like == other
                || like.metrics().isPresent() == other.metrics().isPresent()
                        && like.placed(
                                        other.id(),
                                        other.name(),
                                        other.nodeId(),
                                        other.nodeName(),
                                        other.previous(),
                                        other.epoch(),
                                        other.allocatedResources(),
                                        other.metrics())
                                .equals(other);
    }

    private static Place place(
            Allocation like, Optional<AllocationMetric> before, Allocation own, boolean nodeNameKnown) {
        int number = own.index();
        return new Place(
                own.id(),
                number,
                named(like, number).equals(own.name()) ? Optional.empty() : Optional.of(own.name()),
                own.nodeId(),
                nodeNameKnown ? Optional.empty() : Optional.of(own.nodeName()),
                own.previous(),
                own.epoch(),
                own.allocatedResources().equals(like.allocatedResources())
                        ? Optional.empty()
                        : Optional.of(own.allocatedResources()),
                own.metrics().equals(before) ? Optional.empty() : own.metrics());
    }

    private static Allocation allocation(
            Allocation like, Place place, Optional<AllocationMetric> metrics, Optional<Known> node) {
        return like.placed(
                place.id,
                place.name.orElseGet(() -> named(like, place.number)),
                node.map(Known::id).orElse(place.node),
                place.nodeName.or(() -> node.map(Known::name)).orElse(""),
                place.previous,
                place.epoch,
                place.resources.orElse(like.allocatedResources()),
                metrics);
    }

    private static String named(Allocation like, int number) {
        return like.name().substring(0, like.name().lastIndexOf('[') + 1) + number + "]";
    }
}
