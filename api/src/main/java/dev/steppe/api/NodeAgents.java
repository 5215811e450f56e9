package dev.steppe.api;

import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.model.AllocationId;
import dev.steppe.model.Node;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.ServerMember;
import dev.steppe.state.Snapshot;
import dev.steppe.wire.network.AgentCalls;
import dev.steppe.wire.network.HostPort;
import java.util.Locale;
import java.util.Optional;

/**
 * Which agent a request is about, and where that is: the node of the allocation in its path, the node that {@code node_id}
 * names by the beginning of its id, or the server that {@code server_id} names.
 */
public final class NodeAgents {
    private final Region region;
    private final Optional<LocalNode> local;
    private final String self;
    private final AgentCalls calls;

    /** {@code self} is the name of this agent; the calls are for any agent with a node. */
    public NodeAgents(Region region, Optional<LocalNode> local, String self, AgentCalls calls) {
        this.region = region;
        this.local = local;
        this.self = self;
        this.calls = calls;
    }

    AgentCalls calls() {
        return calls;
    }

    /**
     * The agent that a request is about.
     *
     * @param what the words for it
     * @param address where it is called; empty where it says nothing of that
     * @param status what is known of its node, if that is not that it is ready
     */
    record Found(String what, boolean isHere, Optional<HostPort> address, Optional<NodeStatus> status) {

        HostPort requiredAddress() throws Refused {
            return address.orElseThrow(() -> new Refused(
                    Refused.Kind.UNAVAILABLE, what + " does not say where its agent is called; ask that agent itself"));
        }

        Refused unreachable(String why) {
            return new Refused(
                    Refused.Kind.UNAVAILABLE,
                    "No path to " + what
                            + status.map(it -> ", which is " + it.name().toLowerCase(Locale.ROOT))
                                    .orElse("")
                            + ": " + why + ". Servers must reach the port of agents on nodes (ports { rpc }, 4647) at"
                            + " the address that advertise { rpc } or bind_addr names");
        }
    }

    /** True when this agent answers without looking further: it is its own node's, or no node is named. */
    boolean isHere(Request request) {
        var allocation = allocation(request);
        if (allocation.isPresent()) {
            return local.flatMap(it -> it.allocation(allocation.get())).isPresent();
        }
        var node = request.query().text("node_id");
        if (node.isPresent()) {
            return local.filter(it -> it.id().value().startsWith(node.get())).isPresent();
        }
        return request.query()
                .text("server_id")
                .filter(it -> it.equals("leader") ? !isLeader() : !name(it).equals(self))
                .isEmpty();
    }

    /** A server's name may be followed by that of its region. */
    private String name(String asked) {
        String behind = "." + region.name();
        return asked.endsWith(behind) ? asked.substring(0, asked.length() - behind.length()) : asked;
    }

    private boolean isLeader() {
        return region.servers().stream().anyMatch(it -> it.leader() && it.name().startsWith(self + "."));
    }

    private static Optional<AllocationId> allocation(Request request) {
        try {
            return Optional.ofNullable(request.names().get("id")).map(AllocationId::new);
        } catch (IllegalArgumentException wrong) {
            return Optional.empty();
        }
    }

    /** As the state of this agent's server knows it; empty when it knows of none such. */
    Optional<Found> find(Request request) {
        var snapshot = region.snapshot();
        var server = request.query().text("server_id");
        if (server.isPresent() && request.names().get("id") == null) {
            return server(snapshot, server.get());
        }
        var allocation = allocation(request);
        return allocation.isPresent()
                ? snapshot.allocation(allocation.get())
                        .flatMap(it -> snapshot.node(it.nodeId()))
                        .map(this::found)
                : request.query()
                        .text("node_id")
                        .flatMap(it -> only(snapshot, it))
                        .map(this::found);
    }

    private static Optional<Node> only(Snapshot snapshot, String beginning) {
        Optional<Node> found = Optional.empty();
        for (Node node : snapshot.nodes()) {
            if (node.id().value().startsWith(beginning)) {
                if (found.isPresent()) {
                    return Optional.empty();
                }
                found = Optional.of(node);
            }
        }
        return found;
    }

    private Found found(Node node) {
        return new Found(
                "node " + node.spec().name(),
                local.filter(it -> it.id().equals(node.id())).isPresent(),
                node.spec().agentAddress().flatMap(NodeAgents::parse),
                node.status() == NodeStatus.READY ? Optional.empty() : Optional.of(node.status()));
    }

    private Optional<Found> server(Snapshot snapshot, String asked) {
        var leader = region.servers().stream().filter(Region.Peer::leader).findFirst();
        for (ServerMember member : snapshot.servers()) {
            boolean meant = asked.equals("leader")
                    ? leader.filter(it -> it.id().equals(member.id())).isPresent()
                    : member.name().equals(name(asked));
            if (meant) {
                return Optional.of(new Found(
                        "server " + member.name(),
                        member.name().equals(self),
                        parse(member.agentAddress()),
                        Optional.empty()));
            }
        }
        return Optional.empty();
    }

    private static Optional<HostPort> parse(String address) {
        try {
            return Optional.of(HostPort.parse(address, 0));
        } catch (IllegalArgumentException unusable) {
            return Optional.empty();
        }
    }
}
