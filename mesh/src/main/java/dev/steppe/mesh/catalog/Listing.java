package dev.steppe.mesh.catalog;

import dev.steppe.model.NodeId;
import dev.steppe.state.PersistentMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Instances, found by name, node and by what may be called through them. Immutable; each change gives a new one. */
final class Listing {
    private static final Listing EMPTY =
            new Listing(PersistentMap.empty(), PersistentMap.empty(), PersistentMap.empty());

    private final PersistentMap<String, PersistentMap<Place, Instance>> byName;
    private final PersistentMap<String, PersistentMap<Place, Instance>> byDestination;
    private final PersistentMap<NodeId, PersistentMap<Place, Instance>> byNode;

    private Listing(
            PersistentMap<String, PersistentMap<Place, Instance>> byName,
            PersistentMap<String, PersistentMap<Place, Instance>> byDestination,
            PersistentMap<NodeId, PersistentMap<Place, Instance>> byNode) {
        this.byName = byName;
        this.byDestination = byDestination;
        this.byNode = byNode;
    }

    /** Where an instance stands in every list: by the name of its node, then by its id. */
    private record Place(String nodeName, String id, NodeId node) implements Comparable<Place> {
        private static final Comparator<Place> ORDER =
                Comparator.comparing(Place::nodeName).thenComparing(Place::id).thenComparing(Place::node);

        static Place of(Instance instance) {
            return new Place(
                    instance.node().name(), instance.id(), instance.node().id());
        }

        @Override
        public int compareTo(Place other) {
            return ORDER.compare(this, other);
        }
    }

    static Listing empty() {
        return EMPTY;
    }

    Listing with(Instance instance) {
        return new Listing(
                with(byName, instance.name(), instance),
                destination(instance)
                        .map(name -> with(byDestination, name, instance))
                        .orElse(byDestination),
                with(byNode, instance.node().id(), instance));
    }

    Listing without(Instance instance) {
        return new Listing(
                without(byName, instance.name(), instance),
                destination(instance)
                        .map(name -> without(byDestination, name, instance))
                        .orElse(byDestination),
                without(byNode, instance.node().id(), instance));
    }

    /** What speaks the mesh's protocol for whom: a proxy for its service, and an instance that needs none for itself. */
    private static Optional<String> destination(Instance instance) {
        return instance.proxy()
                .map(Instance.ProxyOf::service)
                .or(() -> instance.connectNative() ? Optional.of(instance.name()) : Optional.empty());
    }

    private static <K extends Comparable<K>> PersistentMap<K, PersistentMap<Place, Instance>> with(
            PersistentMap<K, PersistentMap<Place, Instance>> lists, K key, Instance instance) {
        return lists.put(key, lists.get(key).orElseGet(PersistentMap::empty).put(Place.of(instance), instance));
    }

    private static <K extends Comparable<K>> PersistentMap<K, PersistentMap<Place, Instance>> without(
            PersistentMap<K, PersistentMap<Place, Instance>> lists, K key, Instance instance) {
        var left = lists.get(key).orElseGet(PersistentMap::empty).remove(Place.of(instance));
        return left.isEmpty() ? lists.remove(key) : lists.put(key, left);
    }

    List<Instance> named(String name) {
        return list(byName.get(name));
    }

    List<Instance> meeting(String destination) {
        return list(byDestination.get(destination));
    }

    List<Instance> on(NodeId node) {
        return list(byNode.get(node));
    }

    private static List<Instance> list(Optional<PersistentMap<Place, Instance>> found) {
        var instances = new ArrayList<Instance>();
        found.ifPresent(all -> all.forEach((place, instance) -> instances.add(instance)));
        return instances;
    }

    /** All names in their order, each with its instances. */
    void eachName(BiConsumer<String, Iterable<Instance>> action) {
        byName.forEach(action::accept);
    }

    /** Tells what is called through other instances than in an earlier listing. */
    void destinationsSince(Listing before, Consumer<String> destinations) {
        byDestination.since(before.byDestination, (name, old, now) -> destinations.accept(name));
    }
}
