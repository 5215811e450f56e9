package dev.steppe.scheduler;

import dev.steppe.model.Affinity;
import dev.steppe.model.AllocatedDevice;
import dev.steppe.model.Constraint;
import dev.steppe.model.DeviceAttribute;
import dev.steppe.model.DeviceInstance;
import dev.steppe.model.Node;
import dev.steppe.model.NodeDevice;
import dev.steppe.model.RequestedDevice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/** Whether a node has the devices of one request, and which of them an instance gets: all of one kind, the best liked. */
final class DeviceFit {
    private static final String IDS = "${device.ids}";
    private static final String ATTRIBUTE = "${device.attr.";

    private final RequestedDevice request;
    private final boolean spreads;
    private final Comparator<Choice> order;

    /** {@code spreads} prefers the emptiest device for a share, in place of the fullest where it fits. */
    DeviceFit(RequestedDevice request, boolean spreads) {
        this.request = request;
        this.spreads = spreads;
        order = Comparator.comparingDouble(Choice::score).thenComparingInt(it -> spreads ? it.room() : -it.room());
    }

    String name() {
        return request.name();
    }

    /**
     * Devices for one request, how much they are what its affinities wish, from -1 to 1, and how much of the first was free,
     * in thousandths.
     */
    record Choice(AllocatedDevice given, double score, int room) {}

    /** Devices of one kind, by their ids, and how much of the first was free. */
    private record Picked(List<String> ids, int room) {}

    /** Whether the node has enough of a kind that meets the request, free or not. */
    boolean isThereAtAll(Node node) {
        return node.spec().capacity().devices().stream()
                .anyMatch(kind -> meets(kind) && healthy(kind).size() >= request.count());
    }

    /** The request as people would say it, with its conditions. */
    String asked() {
        String amount = request.share().map(share -> share + " of a").orElse(request.count() + " x");
        var text = new StringBuilder(amount + " \"" + request.name() + "\"");
        request.constraints()
                .forEach(it -> text.append(" with ")
                        .append(it.leftTarget())
                        .append(' ')
                        .append(it.operand())
                        .append(' ')
                        .append(it.rightTarget()));
        return text.toString();
    }

    /**
     * The best liked of those that are free and where the task wants them; empty when there are too few.
     *
     * @param free how much of a device is left, in thousandths
     */
    Optional<Choice> choose(Node node, ToIntFunction<DeviceInstance> free, Predicate<NodeDevice.Instance> near) {
        Optional<Choice> best = Optional.empty();
        for (NodeDevice kind : node.spec().capacity().devices()) {
            if (!meets(kind)) {
                continue;
            }
            var picked = request.share().isPresent() ? share(kind, free, near) : whole(kind, free, near);
            if (picked.isPresent()) {
                var given = new AllocatedDevice(
                        kind.vendor(), kind.type(), kind.name(), picked.get().ids(), request.share());
                var choice = new Choice(given, score(kind), picked.get().room());
                best = best.filter(it -> order.compare(choice, it) <= 0).or(() -> Optional.of(choice));
            }
        }
        return best;
    }

    /** Devices of which nobody has anything. */
    private Optional<Picked> whole(
            NodeDevice kind, ToIntFunction<DeviceInstance> free, Predicate<NodeDevice.Instance> near) {
        var ids = new ArrayList<String>();
        String label = kind.label();
        for (NodeDevice.Instance instance : kind.instances()) {
            if (instance.healthy()
                    && ids.size() < request.count()
                    && free.applyAsInt(new DeviceInstance(label, instance.id())) == AllocatedDevice.WHOLE
                    && near.test(instance)) {
                ids.add(instance.id());
            }
        }
        return ids.size() == request.count()
                ? Optional.of(new Picked(Collections.unmodifiableList(ids), AllocatedDevice.WHOLE))
                : Optional.empty();
    }

    /** The fullest device with as much left, so that the others stay whole; when spreading, the emptiest. */
    private Optional<Picked> share(
            NodeDevice kind, ToIntFunction<DeviceInstance> free, Predicate<NodeDevice.Instance> near) {
        Optional<Picked> best = Optional.empty();
        String label = kind.label();
        for (NodeDevice.Instance instance : kind.instances()) {
            int left = free.applyAsInt(new DeviceInstance(label, instance.id()));
            boolean usable = instance.healthy() && left >= request.thousandths() && near.test(instance);
            boolean better = best.isEmpty()
                    || (spreads ? left > best.get().room() : left < best.get().room());
            if (usable && better) {
                best = Optional.of(new Picked(List.of(instance.id()), left));
            }
        }
        return best;
    }

    /** Whether a condition asks for what is unique to a device. */
    boolean asksForIds() {
        return request.constraints().stream()
                .anyMatch(it -> it.leftTarget().equals(IDS) || it.rightTarget().equals(IDS));
    }

    boolean hasAffinities() {
        return !request.affinities().isEmpty();
    }

    /** How many of the kinds the request means are there, healthy or not. */
    long known(Node node) {
        return node.spec().capacity().devices().stream()
                .filter(this::meets)
                .mapToLong(kind -> kind.instances().size())
                .sum();
    }

    /** Whether a kind of device has the name that is asked for and meets the conditions. */
    boolean meets(NodeDevice kind) {
        return kind.isMeantBy(request.name())
                && request.constraints().stream().allMatch(constraint -> holds(constraint, kind));
    }

    private static List<NodeDevice.Instance> healthy(NodeDevice kind) {
        return kind.instances().stream().filter(NodeDevice.Instance::healthy).toList();
    }

    private double score(NodeDevice kind) {
        double sum = 0;
        double weights = 0;
        for (Affinity affinity : request.affinities()) {
            weights += Math.abs(affinity.weight());
            if (holds(new Constraint(affinity.leftTarget(), affinity.rightTarget(), affinity.operand()), kind)) {
                sum += affinity.weight();
            }
        }
        return weights == 0 ? 0 : sum / weights;
    }

    private static boolean holds(Constraint constraint, NodeDevice kind) {
        var left = resolve(constraint.leftTarget(), kind);
        var right = resolve(constraint.rightTarget(), kind);
        return switch (constraint.operand()) {
            case "=", "==", "is", "<", "<=", ">", ">=" ->
                left.isPresent()
                        && right.isPresent()
                        && ordered(constraint.operand(), left.get().compare(right.get()));
            case "!=", "not" ->
                left.isEmpty() || right.isEmpty()
                        ? left.isPresent() != right.isPresent()
                        : left.get().compare(right.get()).orElse(1) != 0;
            default ->
                Operand.holds(
                        constraint.operand(),
                        left.map(DeviceAttribute::toString),
                        right.map(DeviceAttribute::toString));
        };
    }

    private static boolean ordered(String operand, java.util.OptionalInt order) {
        return order.isPresent()
                && switch (operand) {
                    case "<" -> order.getAsInt() < 0;
                    case "<=" -> order.getAsInt() <= 0;
                    case ">" -> order.getAsInt() > 0;
                    case ">=" -> order.getAsInt() >= 0;
                    default -> order.getAsInt() == 0;
                };
    }

    private static Optional<DeviceAttribute> resolve(String target, NodeDevice kind) {
        if (!target.startsWith("${") || !target.endsWith("}")) {
            return Optional.of(DeviceAttribute.parse(target));
        }
        if (target.startsWith(ATTRIBUTE)) {
            String name = target.substring(ATTRIBUTE.length(), target.length() - 1);
            return Optional.ofNullable(kind.attributes().get(name));
        }
        return switch (target) {
            case "${device.vendor}" -> Optional.of(text(kind.vendor()));
            case "${device.type}" -> Optional.of(text(kind.type()));
            case "${device.model}", "${device.name}" -> Optional.of(text(kind.name()));
            case IDS ->
                Optional.of(text(String.join(
                        ",",
                        kind.instances().stream().map(NodeDevice.Instance::id).toList())));
            default -> Optional.empty();
        };
    }

    private static DeviceAttribute text(String value) {
        return new DeviceAttribute(Optional.empty(), Optional.empty(), Optional.of(value), Optional.empty(), "");
    }
}
