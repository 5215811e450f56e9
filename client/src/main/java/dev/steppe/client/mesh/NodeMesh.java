package dev.steppe.client.mesh;

import dev.steppe.client.Client;
import dev.steppe.client.allocation.AllocationRunner;
import dev.steppe.io.Loop;
import dev.steppe.mesh.configuration.Leaf;
import dev.steppe.mesh.configuration.NetworkNamespace;
import dev.steppe.mesh.configuration.ProxyConfiguration;
import dev.steppe.mesh.configuration.ProxyReport;
import dev.steppe.mesh.proxy.IdentityPlan;
import dev.steppe.mesh.proxy.NodePlan;
import dev.steppe.mesh.proxy.SidecarPlan;
import dev.steppe.model.AllocationId;
import dev.steppe.model.MeshRefusal;
import dev.steppe.model.TaskEvent;
import dev.steppe.model.TaskState;
import dev.steppe.model.TaskStatus;
import dev.steppe.model.codec.CodecException;
import dev.steppe.wire.Message;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Makes what the servers plan for this node's proxy real: keeps an identity for every service whose allocation is set
 * up here, and hands the proxy its configuration. What the proxy refuses is told to the runners. Owned by
 * the client's loop. Without servers everything stays as it is.
 */
public final class NodeMesh {
    private static final System.Logger LOG = System.getLogger(NodeMesh.class.getName());
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private final Loop loop;
    private final Client client;
    private final MeshProxy proxy;
    private final NativeIdentities natives;
    private final Identities identities;
    private Optional<NodePlan> plan = Optional.empty();
    private Optional<ProxyConfiguration> applied = Optional.empty();
    private String notServedBecause = "";
    private long version;
    private boolean applying;
    private boolean applyAgain;

    public NodeMesh(
            Loop loop, Client client, MeshProxy proxy, LeafFiles files, NativeIdentities natives, SecureRandom random) {
        this.loop = loop;
        this.client = client;
        this.proxy = proxy;
        this.natives = natives;
        this.identities = new Identities(loop, client, files, random, this::certified);
        this.version = loop.now().toEpochMilli();
        client.listen(this::received);
        loop.after(LOOK_EVERY, this::lookEverySecond);
    }

    private void received(Message.ToNode message) {
        switch (message) {
            case Message.MeshConfiguration configuration -> planned(configuration);
            case Message.LeafSigned signed -> identities.signed(signed);
            case Message.Welcome welcome -> identities.forgetRequests();
            case Message.Assignments assignments -> {}
            case Message.EndsTaken taken -> {}
            case Message.HeartbeatTaken taken -> {}
            case Message.DataFound found -> {}
        }
    }

    private void planned(Message.MeshConfiguration message) {
        try {
            plan = Optional.of(NodePlan.decode(message.configuration()));
        } catch (CodecException unreadable) {
            LOG.log(
                    Level.ERROR,
                    "plan for the proxy not readable, the last one stays reason=" + unreadable.getMessage());
            return;
        }
        reconcile();
    }

    /** Something about an allocation changed: its surroundings are there, or it ended. */
    public void changed() {
        reconcile();
    }

    private void reconcile() {
        if (plan.isEmpty()) {
            return;
        }
        identities.want(plan.get().identities().stream().filter(this::isSetUp).toList());
        certified();
    }

    private boolean isSetUp(IdentityPlan identity) {
        return namespaceOf(identity.allocation()).isPresent();
    }

    /** What has a certificate now is served, by the proxy or by itself. */
    private void certified() {
        natives.publish(
                plan.map(NodePlan::natives).orElse(List.of()).stream()
                        .filter(this::isSetUp)
                        .toList(),
                identity -> identities.of(identity.allocation(), identity.service()));
        applySoon();
    }

    /** Where the allocation's loopback is; empty until it is set up, and again when it is over. */
    private Optional<NetworkNamespace> namespaceOf(AllocationId allocation) {
        return client.runner(allocation)
                .filter(AllocationRunner::hasSurroundings)
                .map(runner -> runner.surroundings().group().hasOwnNetwork()
                        ? new NetworkNamespace.Named(allocation.value())
                        : new NetworkNamespace.Host());
    }

    private void applySoon() {
        if (applying) {
            applyAgain = true;
            return;
        }
        if (plan.isEmpty()) {
            return;
        }
        var next = plan.get().configuration(version + 1, this::namespaceOf, this::leafOf);
        boolean same = applied.map(
                        it -> it.trust().equals(next.trust()) && it.sidecars().equals(next.sidecars()))
                .orElse(next.sidecars().isEmpty());
        if (same) {
            return;
        }
        version++;
        applying = true;
        loop.<Boolean>offload(
                "apply-proxy",
                () -> {
                    proxy.apply(next);
                    return true;
                },
                outcome -> {
                    applying = false;
                    switch (outcome) {
                        case Loop.Outcome.Done<Boolean> done -> served(next);
                        case Loop.Outcome.Failed<Boolean> failed ->
                            notServed(String.valueOf(failed.reason().getMessage()));
                    }
                    if (applyAgain) {
                        applyAgain = false;
                        applySoon();
                    }
                });
    }

    private Optional<Leaf> leafOf(SidecarPlan sidecar) {
        return identities
                .of(sidecar.allocation(), sidecar.service())
                .map(it -> new Leaf(sidecar.identity(), it.leaf().pem(), it.key()));
    }

    /** It is tried again every second; a reason is told once. */
    private void notServed(String reason) {
        if (!reason.equals(notServedBecause)) {
            LOG.log(Level.WARNING, "the proxy does not take its configuration yet, trying again reason=" + reason);
        }
        notServedBecause = reason;
    }

    private void served(ProxyConfiguration configuration) {
        notServedBecause = "";
        applied = Optional.of(configuration);
        for (var sidecar : configuration.sidecars()) {
            client.runner(new AllocationId(sidecar.allocationId()))
                    .filter(runner -> !runner.state().taskStates().containsKey("connect-proxy-" + sidecar.service()))
                    .ifPresent(runner -> runner.proxy(sidecar.service(), running(sidecar.service())));
        }
    }

    private TaskState running(String service) {
        var event = new TaskEvent(
                "Started", loop.now(), "The node's proxy serves " + service, Collections.emptySortedMap(), false, 0, 0);
        return new TaskState(TaskStatus.RUNNING, false, 0, Instant.EPOCH, loop.now(), Instant.EPOCH, List.of(event));
    }

    private void lookEverySecond() {
        reconcile();
        if (applied.map(it -> !it.sidecars().isEmpty()).orElse(false)) {
            loop.<ProxyReport>offload("proxy-report", proxy::report, outcome -> {
                if (outcome instanceof Loop.Outcome.Done<ProxyReport> done) {
                    tell(done.value());
                }
                loop.after(LOOK_EVERY, this::lookEverySecond);
            });
        } else {
            loop.after(LOOK_EVERY, this::lookEverySecond);
        }
    }

    private void tell(ProxyReport report) {
        var perAllocation = new TreeMap<String, List<MeshRefusal>>();
        for (ProxyReport.Refusal refusal : report.refusals()) {
            if (refusal.side() == ProxyReport.Side.CALLER) {
                perAllocation
                        .computeIfAbsent(refusal.allocationId(), id -> new ArrayList<>())
                        .add(new MeshRefusal(
                                refusal.source(),
                                refusal.destination(),
                                refusal.rule(),
                                refusal.remedy(),
                                refusal.lastAt(),
                                refusal.count()));
            }
        }
        perAllocation.forEach(
                (id, refusals) -> client.runner(new AllocationId(id)).ifPresent(runner -> runner.refused(refusals)));
    }
}
