package dev.steppe.client.mesh;

import dev.steppe.client.Client;
import dev.steppe.client.allocation.AllocationRunner;
import dev.steppe.io.Loop;
import dev.steppe.mesh.configuration.Leaf;
import dev.steppe.mesh.configuration.NetworkNamespace;
import dev.steppe.mesh.configuration.ProxyConfiguration;
import dev.steppe.mesh.configuration.ProxyReport;
import dev.steppe.mesh.proxy.NodePlan;
import dev.steppe.mesh.proxy.SidecarPlan;
import dev.steppe.model.AllocationId;
import dev.steppe.model.Ids;
import dev.steppe.model.MeshRefusal;
import dev.steppe.model.TaskEvent;
import dev.steppe.model.TaskState;
import dev.steppe.model.TaskStatus;
import dev.steppe.model.codec.CodecException;
import dev.steppe.security.certificate.LeafRequest;
import dev.steppe.security.certificate.Rotation;
import dev.steppe.security.identity.IdentityRefused;
import dev.steppe.security.identity.SpiffeId;
import dev.steppe.wire.Message;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Makes what the servers plan for this node's proxy real: gets an identity for every sidecar whose allocation is set up
 * here, renews it in time, and hands the proxy its configuration. What the proxy refuses is told to the runners. Owned by
 * the client's loop. Without servers everything stays as it is.
 */
public final class NodeMesh {
    private static final System.Logger LOG = System.getLogger(NodeMesh.class.getName());
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    /** A request the servers did not answer is made again. */
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

    private final Loop loop;
    private final Client client;
    private final MeshProxy proxy;
    private final LeafFiles files;
    private final SecureRandom random;
    private final TreeMap<String, Identity> identities = new TreeMap<>();
    private Optional<NodePlan> plan = Optional.empty();
    private Optional<ProxyConfiguration> applied = Optional.empty();
    private long version;
    private boolean applying;
    private boolean applyAgain;

    /** The identity of one sidecar: the credential there is, and the request that is on its way. */
    private static final class Identity {
        private Optional<LeafFiles.Credential> credential = Optional.empty();
        private Optional<Pending> pending = Optional.empty();
        private Instant renewAt = Instant.EPOCH;
        private int failures;
        private boolean looked;
    }

    private record Pending(String request, Optional<LeafRequest> wish, Instant since) {}

    public NodeMesh(Loop loop, Client client, MeshProxy proxy, LeafFiles files, SecureRandom random) {
        this.loop = loop;
        this.client = client;
        this.proxy = proxy;
        this.files = files;
        this.random = random;
        this.version = loop.now().toEpochMilli();
        client.listen(this::received);
        loop.after(LOOK_EVERY, this::lookEverySecond);
    }

    private void received(Message.ToNode message) {
        switch (message) {
            case Message.MeshConfiguration configuration -> planned(configuration);
            case Message.LeafSigned signed -> signed(signed);
            case Message.Welcome welcome ->
                identities.values().forEach(identity -> identity.pending = Optional.empty());
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
        var wanted = new TreeSet<String>();
        for (SidecarPlan sidecar : plan.get().sidecars()) {
            if (namespaceOf(sidecar.allocation()).isPresent()) {
                wanted.add(key(sidecar));
                identify(sidecar);
            }
        }
        identities.keySet().removeIf(key -> !wanted.contains(key));
        applySoon();
    }

    private static String key(SidecarPlan sidecar) {
        return sidecar.allocation() + "/" + sidecar.service();
    }

    /** Where the allocation's loopback is; empty until it is set up, and again when it is over. */
    private Optional<NetworkNamespace> namespaceOf(AllocationId allocation) {
        return client.runner(allocation)
                .filter(AllocationRunner::hasSurroundings)
                .map(runner -> runner.surroundings().group().isBridged()
                        ? new NetworkNamespace.Named(allocation.value())
                        : new NetworkNamespace.Host());
    }

    private void identify(SidecarPlan sidecar) {
        var identity = identities.computeIfAbsent(key(sidecar), key -> new Identity());
        if (!identity.looked) {
            identity.looked = true;
            lookOnDisk(sidecar, identity);
        }
        boolean due = identity.credential.isEmpty() || !loop.now().isBefore(identity.renewAt);
        boolean waiting = identity.pending
                .filter(pending -> loop.now().isBefore(pending.since().plus(ANSWER_WITHIN)))
                .isPresent();
        boolean backingOff = identity.failures > 0 && loop.now().isBefore(identity.renewAt);
        if (due && !waiting && !backingOff && client.isConnected()) {
            ask(sidecar, identity);
        }
    }

    private void lookOnDisk(SidecarPlan sidecar, Identity identity) {
        try {
            files.read(sidecar.allocation(), sidecar.service())
                    .filter(kept -> kept.leaf().notAfter().isAfter(loop.now()))
                    .filter(kept ->
                            kept.leaf().id().text().equals(sidecar.identity().toString()))
                    .ifPresent(kept -> take(identity, kept));
        } catch (IOException unreadable) {
            LOG.log(Level.WARNING, "kept certificate not readable sidecar=" + key(sidecar));
        }
    }

    private void take(Identity identity, LeafFiles.Credential credential) {
        identity.credential = Optional.of(credential);
        identity.failures = 0;
        identity.renewAt = Rotation.renewAt(
                credential.leaf().notBefore(),
                credential.leaf().notAfter(),
                loop.random().nextDouble());
    }

    private void ask(SidecarPlan sidecar, Identity identity) {
        String request = Ids.random(loop.random());
        var since = loop.now();
        loop.<LeafRequest>offload(
                "make-key",
                () -> LeafRequest.create(SpiffeId.parse(sidecar.identity().toString()), random),
                outcome -> {
                    switch (outcome) {
                        case Loop.Outcome.Done<LeafRequest> made -> {
                            identity.pending = Optional.of(new Pending(request, Optional.of(made.value()), since));
                            client.send(new Message.SignLeaf(
                                    request,
                                    sidecar.allocation(),
                                    sidecar.service(),
                                    made.value().der()));
                        }
                        case Loop.Outcome.Failed<LeafRequest> failed -> failed(identity, key(sidecar), failed.reason());
                    }
                });
        identity.pending = Optional.of(new Pending(request, Optional.empty(), since));
    }

    private void failed(Identity identity, String sidecar, Exception reason) {
        identity.pending = Optional.empty();
        identity.failures++;
        identity.renewAt = loop.now()
                .plus(Rotation.backoff(identity.failures, loop.random().nextDouble()));
        LOG.log(Level.WARNING, "no certificate sidecar=" + sidecar + " reason=" + reason.getMessage());
    }

    private void signed(Message.LeafSigned answer) {
        for (SidecarPlan sidecar : plan.map(NodePlan::sidecars).orElse(List.of())) {
            var identity = identities.get(key(sidecar));
            if (identity == null) {
                continue;
            }
            var pending = identity.pending.filter(it -> it.request().equals(answer.request()));
            if (pending.isPresent()) {
                accept(sidecar, identity, pending.get(), answer);
                return;
            }
        }
    }

    private void accept(SidecarPlan sidecar, Identity identity, Pending pending, Message.LeafSigned answer) {
        try {
            if (!answer.refusal().isEmpty()) {
                throw new IOException(answer.refusal());
            }
            var credential =
                    pending.wish().orElseThrow().accept(dev.steppe.security.certificate.Leaf.read(answer.chainPem()));
            var kept = new LeafFiles.Credential(
                    credential.leaf(),
                    new dev.steppe.mesh.configuration.PrivateKeyPem(
                            credential.privateKeyPem().revealText()));
            identity.pending = Optional.empty();
            take(identity, kept);
            files.put(sidecar.allocation(), sidecar.service(), kept);
            applySoon();
        } catch (IOException | IdentityRefused | IllegalArgumentException refused) {
            failed(identity, key(sidecar), refused);
        }
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
                            LOG.log(Level.ERROR, "the proxy did not take its configuration", failed.reason());
                    }
                    if (applyAgain) {
                        applyAgain = false;
                        applySoon();
                    }
                });
    }

    private Optional<Leaf> leafOf(SidecarPlan sidecar) {
        var identity = identities.get(key(sidecar));
        return identity == null
                ? Optional.empty()
                : identity.credential.map(
                        it -> new Leaf(sidecar.identity(), it.leaf().pem(), it.key()));
    }

    private void served(ProxyConfiguration configuration) {
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
