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
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Whether a node has the devices of one request, and which of them an instance gets: all of one kind, the best liked. */
final class DeviceFit {
    private static final String ATTRIBUTE = "${device.attr.";

    private final RequestedDevice request;

    DeviceFit(RequestedDevice request) {
        this.request = request;
    }

    String name() {
        return request.name();
    }

    /** Devices for one request, and how much they are what its affinities wish, from -1 to 1. */
    record Choice(AllocatedDevice given, double score) {}

    /** Whether the node has enough of a kind that meets the request, free or not. */
    boolean isThereAtAll(Node node) {
        return node.spec().capacity().devices().stream()
                .anyMatch(kind -> meets(kind) && healthy(kind).size() >= request.count());
    }

    /** The request as people would say it, with its conditions. */
    String asked() {
        var text = new StringBuilder(request.count() + " x \"" + request.name() + "\"");
        request.constraints()
                .forEach(it -> text.append(" with ")
                        .append(it.leftTarget())
                        .append(' ')
                        .append(it.operand())
                        .append(' ')
                        .append(it.rightTarget()));
        return text.toString();
    }

    /** The best liked of those that are free and where the task wants them; empty when there are too few. */
    Optional<Choice> choose(Node node, Predicate<DeviceInstance> free, Predicate<NodeDevice.Instance> near) {
        Optional<Choice> best = Optional.empty();
        for (NodeDevice kind : node.spec().capacity().devices()) {
            if (!meets(kind)) {
                continue;
            }
            var ids = new ArrayList<String>();
            for (NodeDevice.Instance instance : healthy(kind)) {
                boolean usable = free.test(new DeviceInstance(kind.label(), instance.id())) && near.test(instance);
                if (usable && ids.size() < request.count()) {
                    ids.add(instance.id());
                }
            }
            double score = score(kind);
            if (ids.size() == request.count()
                    && (best.isEmpty() || score > best.get().score())) {
                var given =
                        new AllocatedDevice(kind.vendor(), kind.type(), kind.name(), Collections.unmodifiableList(ids));
                best = Optional.of(new Choice(given, score));
            }
        }
        return best;
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
            case "${device.ids}" ->
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
