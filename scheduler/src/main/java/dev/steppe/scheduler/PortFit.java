package dev.steppe.scheduler;

import dev.steppe.model.HostNetwork;
import dev.steppe.model.HostPort;
import dev.steppe.model.Node;
import dev.steppe.model.NodeCapacity;
import dev.steppe.model.Port;
import dev.steppe.model.PortMapping;
import dev.steppe.model.PortRanges;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.NodeUsage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * Whether one instance of a group gets its ports on a node, each at the address of the host network it is for: the same
 * number may be held at another address.
 */
final class PortFit {
    static final String COLLISION = "network: port collision";
    static final String RESERVED = "network: reserved port";

    /** How many random ports are tried before the range is searched from its start. */
    private static final int RANDOM_TRIES = 20;

    private final List<Port> ports;
    private final boolean fixed;
    private final Map<Reserved, Integer> reserved = new HashMap<>();

    private record Reserved(PortRanges ports, int first, int last) {}

    PortFit(TaskGroup group) {
        this.ports = PortNeeds.of(group);
        this.fixed = ports.stream().anyMatch(port -> port.value() != 0 && !port.ignoreCollision());
    }

    /** True when no port is asked for. */
    boolean isNone() {
        return ports.isEmpty();
    }

    /** Which port is not free, and who holds it. */
    Optional<Refusal> refusal(Node node, NodeUsage usage) {
        if (ports.isEmpty()) {
            return Optional.empty();
        }
        return (fixed ? takenPort(node, usage) : Optional.<Refusal>empty())
                .or(() -> hasPlenty(node, usage) ? Optional.empty() : noDynamicPort(node, usage));
    }

    /** True when so few ports are held that there is no need to count those that are free. */
    private boolean hasPlenty(Node node, NodeUsage usage) {
        var capacity = node.spec().capacity();
        long range = capacity.maxDynamicPort() - capacity.minDynamicPort() + 1L;
        long reserved = reserved(node.spec().reserved().ports(), capacity);
        for (HostNetwork network : node.spec().hostNetworks().values()) {
            reserved += reserved(network.reservedPorts(), capacity);
        }
        return usage.ports().size() + ports.size() + reserved <= range;
    }

    /** How many of the ports could be chosen otherwise; nodes of one fleet seldom reserve different ones. */
    private long reserved(PortRanges ports, NodeCapacity capacity) {
        return ports.equals(PortRanges.NONE)
                ? 0
                : reserved.computeIfAbsent(
                        new Reserved(ports, capacity.minDynamicPort(), capacity.maxDynamicPort()),
                        it -> it.ports().countBetween(it.first(), it.last()));
    }

    private Optional<Refusal> takenPort(Node node, NodeUsage usage) {
        var asked = new ArrayList<HostPort>();
        for (Port port : ports) {
            if (port.value() == 0 || port.ignoreCollision()) {
                continue;
            }
            var wanted = new HostPort(port.value(), address(node, port));
            if (reserved(node, wanted.address()).contains(port.value())) {
                return Optional.of(Refusal.exhausted(
                        RESERVED,
                        "port " + port.value() + " (\"" + port.label()
                                + "\") is reserved by the node's configuration"));
            }
            var holder = usage.holder(wanted).map(name -> "job " + name);
            if (holder.isEmpty() && asked.stream().anyMatch(wanted::collidesWith)) {
                holder = Optional.of("another port of the same group");
            }
            if (holder.isPresent()) {
                return Optional.of(Refusal.exhausted(
                        COLLISION, "port " + port.value() + " (\"" + port.label() + "\") is held by " + holder.get()));
            }
            asked.add(wanted);
        }
        return Optional.empty();
    }

    private Optional<Refusal> noDynamicPort(Node node, NodeUsage usage) {
        NodeCapacity capacity = node.spec().capacity();
        var asked = new TreeMap<String, Integer>();
        var held = new TreeSet<>(usage.ports().keySet());
        for (Port port : ports) {
            if (port.value() == 0) {
                asked.merge(address(node, port), 1, Integer::sum);
            } else if (!port.ignoreCollision()) {
                held.add(new HostPort(port.value(), address(node, port)));
            }
        }
        for (var entry : asked.entrySet()) {
            var reserved = reserved(node, entry.getKey());
            long range = capacity.maxDynamicPort()
                    - capacity.minDynamicPort()
                    + 1L
                    - reserved.countBetween(capacity.minDynamicPort(), capacity.maxDynamicPort());
            long used = held
                    .subSet(
                            new HostPort(capacity.minDynamicPort(), ""),
                            new HostPort(capacity.maxDynamicPort() + 1, ""))
                    .stream()
                    .filter(port -> port.collidesWith(new HostPort(port.port(), entry.getKey())))
                    .map(HostPort::port)
                    .filter(number -> !reserved.contains(number))
                    .distinct()
                    .count();
            if (used + entry.getValue() > range) {
                return Optional.of(Refusal.exhausted(
                        "network: dynamic port selection failed",
                        entry.getValue() + " dynamic ports asked, " + (range - used) + " free of " + range));
            }
        }
        return Optional.empty();
    }

    /** The ports an instance gets on a node where none is refused. */
    List<PortMapping> take(Node node, NodeUsage usage, RandomGenerator random) {
        var taken = new TreeSet<>(usage.ports().keySet());
        var mappings = new ArrayList<PortMapping>();
        for (Port port : fixedFirst()) {
            String address = address(node, port);
            int value = port.value() != 0 ? port.value() : dynamicPort(node, address, taken, random);
            if (!port.ignoreCollision()) {
                taken.add(new HostPort(value, address));
            }
            int to = port.to() == -1 ? value : port.to();
            mappings.add(
                    new PortMapping(port.label(), value, to, address, port.ignoreCollision() && port.value() != 0));
        }
        return Collections.unmodifiableList(mappings);
    }

    /** A chosen port must not take the number of a fixed one. */
    private List<Port> fixedFirst() {
        var ordered = new ArrayList<Port>();
        ports.stream().filter(port -> port.value() != 0).forEach(ordered::add);
        ports.stream().filter(port -> port.value() == 0).forEach(ordered::add);
        return ordered;
    }

    /** By chance a number nobody has at any address, for programs that listen at all of them; else the first free one. */
    private static int dynamicPort(Node node, String address, TreeSet<HostPort> taken, RandomGenerator random) {
        var capacity = node.spec().capacity();
        var reserved = reserved(node, address);
        int range = capacity.maxDynamicPort() - capacity.minDynamicPort() + 1;
        for (int i = 0; i < RANDOM_TRIES; i++) {
            int port = capacity.minDynamicPort() + random.nextInt(range);
            boolean unused = taken.subSet(new HostPort(port, ""), new HostPort(port + 1, ""))
                    .isEmpty();
            if (unused && !reserved.contains(port)) {
                return port;
            }
        }
        for (int port = capacity.minDynamicPort(); port <= capacity.maxDynamicPort(); port++) {
            var wanted = new HostPort(port, address);
            boolean free = taken.subSet(new HostPort(port, ""), new HostPort(port + 1, "")).stream()
                    .noneMatch(wanted::collidesWith);
            if (free && !reserved.contains(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no dynamic port is free on a node where one was");
    }

    /** Ports given to nobody at an address: those of the node, and those of its networks with that address. */
    private static PortRanges reserved(Node node, String address) {
        PortRanges all = node.spec().reserved().ports();
        for (HostNetwork network : node.spec().hostNetworks().values()) {
            if (network.address().equals(address)) {
                all = all.and(network.reservedPorts());
            }
        }
        return all;
    }

    private static String address(Node node, Port port) {
        return Target.resolve(port.hostNetwork(), node)
                .flatMap(name -> Optional.ofNullable(node.spec().hostNetworks().get(name)))
                .map(HostNetwork::address)
                .orElse(node.spec().address());
    }
}
