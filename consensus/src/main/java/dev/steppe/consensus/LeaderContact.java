package dev.steppe.consensus;

import java.time.Duration;
import org.apache.ratis.server.RaftServer;

/**
 * How long ago this member heard of a leader. The engine forgets it with each election it takes part in. To be asked now
 * and then, from any thread.
 */
final class LeaderContact {
    private final RaftServer.Division division;
    private volatile long heardNanos = System.nanoTime();

    LeaderContact(RaftServer.Division division) {
        this.division = division;
    }

    /** Zero on the leader itself. */
    Duration ago() {
        long now = System.nanoTime();
        var info = division.getInfo();
        if (info.isLeader()) {
            heardNanos = now;
        } else if (info.getLeaderId() != null) {
            var role = info.getRoleInfoProto();
            if (role.hasFollowerInfo()) {
                long millis = role.getFollowerInfo().getLeaderInfo().getLastRpcElapsedTimeMs();
                heardNanos =
                        Math.max(heardNanos, now - Duration.ofMillis(millis).toNanos());
            }
        }
        return Duration.ofNanos(now - heardNanos);
    }
}
