package dev.steppe.client.mesh;

import dev.steppe.client.Client;
import dev.steppe.io.Loop;
import dev.steppe.mesh.configuration.PrivateKeyPem;
import dev.steppe.mesh.proxy.IdentityPlan;
import dev.steppe.model.AllocationId;
import dev.steppe.model.Ids;
import dev.steppe.security.certificate.Leaf;
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
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Gets the certificates of what is in the mesh on this node from the servers, keeps them on disk, and renews them in time.
 * Owned by the client's loop.
 */
final class Identities {
    private static final System.Logger LOG = System.getLogger(Identities.class.getName());

    /** A request the servers did not answer is made again. */
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

    private final Loop loop;
    private final Client client;
    private final LeafFiles files;
    private final SecureRandom random;
    private final Runnable changed;
    private final TreeMap<String, Identity> identities = new TreeMap<>();

    /** One identity: the credential there is, and the request that is on its way. */
    private static final class Identity {
        private IdentityPlan plan;
        private Optional<LeafFiles.Credential> credential = Optional.empty();
        private Optional<Pending> pending = Optional.empty();
        private Instant renewAt = Instant.EPOCH;
        private int failures;
        private boolean looked;

        private Identity(IdentityPlan plan) {
            this.plan = plan;
        }
    }

    private record Pending(String request, Optional<LeafRequest> wish, Instant since) {}

    /** {@code changed} is run after a certificate has come. */
    Identities(Loop loop, Client client, LeafFiles files, SecureRandom random, Runnable changed) {
        this.loop = loop;
        this.client = client;
        this.files = files;
        this.random = random;
        this.changed = changed;
    }

    private static String key(AllocationId allocation, String service) {
        return allocation + "/" + service;
    }

    private static String key(IdentityPlan plan) {
        return key(plan.allocation(), plan.service());
    }

    Optional<LeafFiles.Credential> of(AllocationId allocation, String service) {
        return Optional.ofNullable(identities.get(key(allocation, service))).flatMap(identity -> identity.credential);
    }

    /** These and no others are wanted from now on; asks for what is missing or grows old. */
    void want(List<IdentityPlan> plans) {
        plans.forEach(this::look);
        identities.keySet().retainAll(plans.stream().map(Identities::key).collect(Collectors.toUnmodifiableSet()));
    }

    /** The servers know nothing of what was asked in an earlier stream. */
    void forgetRequests() {
        identities.values().forEach(identity -> identity.pending = Optional.empty());
    }

    private void look(IdentityPlan plan) {
        var identity = identities.computeIfAbsent(key(plan), key -> new Identity(plan));
        identity.plan = plan;
        if (!identity.looked) {
            identity.looked = true;
            lookOnDisk(identity);
        }
        boolean due = identity.credential.isEmpty() || !loop.now().isBefore(identity.renewAt);
        boolean waiting = identity.pending
                .filter(pending -> loop.now().isBefore(pending.since().plus(ANSWER_WITHIN)))
                .isPresent();
        boolean backingOff = identity.failures > 0 && loop.now().isBefore(identity.renewAt);
        if (due && !waiting && !backingOff && client.isConnected()) {
            ask(identity);
        }
    }

    private void lookOnDisk(Identity identity) {
        var plan = identity.plan;
        try {
            files.read(plan.allocation(), plan.service())
                    .filter(kept -> kept.leaf().notAfter().isAfter(loop.now()))
                    .filter(kept ->
                            kept.leaf().id().text().equals(plan.identity().toString()))
                    .ifPresent(kept -> take(identity, kept));
        } catch (IOException unreadable) {
            LOG.log(Level.WARNING, "kept certificate not readable service=" + key(plan));
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

    private void ask(Identity identity) {
        var plan = identity.plan;
        String request = Ids.random(loop.random());
        var since = loop.now();
        loop.<LeafRequest>offload(
                "make-key",
                () -> LeafRequest.create(SpiffeId.parse(plan.identity().toString()), random),
                outcome -> {
                    switch (outcome) {
                        case Loop.Outcome.Done<LeafRequest> made -> {
                            identity.pending = Optional.of(new Pending(request, Optional.of(made.value()), since));
                            client.send(new Message.SignLeaf(
                                    request,
                                    plan.allocation(),
                                    plan.service(),
                                    made.value().der()));
                        }
                        case Loop.Outcome.Failed<LeafRequest> failed -> failed(identity, failed.reason());
                    }
                });
        identity.pending = Optional.of(new Pending(request, Optional.empty(), since));
    }

    private void failed(Identity identity, Exception reason) {
        identity.pending = Optional.empty();
        identity.failures++;
        identity.renewAt = loop.now()
                .plus(Rotation.backoff(identity.failures, loop.random().nextDouble()));
        LOG.log(Level.WARNING, "no certificate service=" + key(identity.plan) + " reason=" + reason.getMessage());
    }

    void signed(Message.LeafSigned answer) {
        for (Identity identity : List.copyOf(identities.values())) {
            var pending = identity.pending.filter(it -> it.request().equals(answer.request()));
            if (pending.isPresent()) {
                accept(identity, pending.get(), answer);
                return;
            }
        }
    }

    private void accept(Identity identity, Pending pending, Message.LeafSigned answer) {
        try {
            if (!answer.refusal().isEmpty()) {
                throw new IOException(answer.refusal());
            }
            var credential = pending.wish().orElseThrow().accept(Leaf.read(answer.chainPem()));
            var kept = new LeafFiles.Credential(
                    credential.leaf(),
                    new PrivateKeyPem(credential.privateKeyPem().revealText()));
            identity.pending = Optional.empty();
            take(identity, kept);
            files.put(identity.plan.allocation(), identity.plan.service(), kept);
            changed.run();
        } catch (IOException | IdentityRefused | IllegalArgumentException refused) {
            failed(identity, refused);
        }
    }
}
