package dev.steppe.model.data;

import java.time.Duration;
import java.util.List;

/**
 * Somebody who may hold keys, bound to a node. It ends when it is destroyed, when its node or one of its checks fails,
 * or when it is not renewed in time; a {@code ttl} of zero needs no renewal.
 */
public record Session(
        String id,
        String name,
        String node,
        Duration lockDelay,
        Behavior behavior,
        Duration ttl,
        List<String> nodeChecks,
        List<String> serviceChecks,
        long createIndex,
        long modifyIndex) {

    /** What becomes of the keys it holds when it ends. */
    public enum Behavior {
        RELEASE,
        DELETE
    }

    /** This session as stored at an index. */
    public Session stored(long index) {
        return new Session(id, name, node, lockDelay, behavior, ttl, nodeChecks, serviceChecks, index, index);
    }
}
