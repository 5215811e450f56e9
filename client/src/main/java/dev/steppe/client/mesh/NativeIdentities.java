package dev.steppe.client.mesh;

import dev.steppe.mesh.proxy.IdentityPlan;
import dev.steppe.model.AllocationId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The identities of tasks that speak the mesh's protocol themselves, each only for who shows the token of its allocation.
 * A token follows from the allocation and a key of the node, so that it outlives the agent and is kept nowhere. Any thread
 * may ask.
 */
public final class NativeIdentities {
    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;
    private final TreeMap<String, Entry> entries = new TreeMap<>();
    private final TreeSet<AllocationId> expected = new TreeSet<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private long index;

    /** A service of an allocation; its credential may not have come yet. The index grows with each new credential. */
    private record Entry(IdentityPlan plan, Optional<LeafFiles.Credential> credential, long index) {}

    private NativeIdentities(byte[] key, long index) {
        this.key = new SecretKeySpec(key, ALGORITHM);
        this.index = index;
    }

    /** With the key kept in that file. The time makes indexes that no earlier agent of the node has reached. */
    public static NativeIdentities open(Path keyFile, SecureRandom random, Instant now) throws IOException {
        return new NativeIdentities(NodeKey.of(keyFile, random), now.toEpochMilli());
    }

    /** What is found for a service and a token. */
    public sealed interface Found {}

    /** The identity. */
    public record Given(IdentityPlan plan, LeafFiles.Credential credential, long index) implements Found {}

    /** It is on its way from the servers. */
    public record Awaited() implements Found {}

    /** The token is none of an allocation on this node that has such a service. */
    public record Denied() implements Found {}

    /** With what a task of the allocation asks. */
    public String token(AllocationId allocation) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return HexFormat.of().formatHex(mac.doFinal(allocation.value().getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException | InvalidKeyException missing) {
            throw new IllegalStateException("this Java runtime lacks " + ALGORITHM, missing);
        }
    }

    /** An allocation has such a task now, although the servers have perhaps not told yet which services it has. */
    void expect(AllocationId allocation) {
        synchronized (entries) {
            expected.add(allocation);
        }
    }

    void forget(AllocationId allocation) {
        synchronized (entries) {
            expected.remove(allocation);
        }
    }

    public Found find(String service, String token) {
        synchronized (entries) {
            var asking = expected.stream()
                    .filter(allocation -> isToken(allocation, token))
                    .findFirst();
            if (asking.isEmpty()) {
                return new Denied();
            }
            var entry = entries.get(name(asking.get(), service));
            if (entry == null) {
                boolean told = entries.values().stream()
                        .anyMatch(it -> it.plan().allocation().equals(asking.get()));
                return told ? new Denied() : new Awaited();
            }
            return entry.credential()
                    .<Found>map(credential -> new Given(entry.plan(), credential, entry.index()))
                    .orElseGet(Awaited::new);
        }
    }

    private boolean isToken(AllocationId allocation, String shown) {
        return MessageDigest.isEqual(
                token(allocation).getBytes(StandardCharsets.UTF_8), shown.getBytes(StandardCharsets.UTF_8));
    }

    private static String name(AllocationId allocation, String service) {
        return allocation + "/" + service;
    }

    /** The index of the newest change. */
    public long index() {
        synchronized (entries) {
            return index;
        }
    }

    /** Runs the action once something has changed after the index; to be given up with what is returned. */
    public Runnable onChange(long seen, Runnable action) {
        synchronized (entries) {
            if (index <= seen) {
                waiting.add(action);
                return () -> {
                    synchronized (entries) {
                        waiting.remove(action);
                    }
                };
            }
        }
        action.run();
        return () -> {};
    }

    /** What is wanted on this node now, with what has come of it; by the client's loop. */
    void publish(List<IdentityPlan> plans, Function<IdentityPlan, Optional<LeafFiles.Credential>> credentials) {
        List<Runnable> told;
        synchronized (entries) {
            var now = new TreeMap<String, Entry>();
            boolean changed = plans.size() != entries.size();
            for (IdentityPlan plan : plans) {
                String name = name(plan.allocation(), plan.service());
                var credential = credentials.apply(plan);
                var before = entries.get(name);
                boolean same = before != null
                        && before.credential().equals(credential)
                        && before.plan().equals(plan);
                changed |= !same;
                now.put(name, same ? before : new Entry(plan, credential, ++index));
            }
            if (!changed) {
                return;
            }
            index++;
            entries.clear();
            entries.putAll(now);
            told = List.copyOf(waiting);
            waiting.clear();
        }
        told.forEach(Runnable::run);
    }
}
