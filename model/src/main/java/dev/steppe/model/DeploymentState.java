package dev.steppe.model;

import dev.steppe.model.codec.RecordShape;
import dev.steppe.model.codec.Rfc3339;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * How far a deployment is with one group. The counts only grow: they say how many instances were placed and what became
 * of them, not how many there are now. With a progress deadline of zero the first unhealthy instance fails the deployment.
 */
public record DeploymentState(
        boolean autoRevert,
        boolean autoPromote,
        Duration progressDeadline,
        @Rfc3339 Instant requireProgressBy,
        boolean promoted,
        List<AllocationId> placedCanaries,
        int desiredCanaries,
        int desiredTotal,
        int placedAllocs,
        int healthyAllocs,
        int unhealthyAllocs) {

    /** Before anything is placed. */
    public static DeploymentState begin(UpdateStrategy strategy, int total, int canaries) {
        return new DeploymentState(
                strategy.autoRevert(),
                strategy.autoPromote(),
                strategy.progressDeadline(),
                Instant.EPOCH,
                false,
                List.of(),
                canaries,
                total,
                0,
                0,
                0);
    }

    /** True while canaries are tried out, and everything else waits for somebody to promote them. */
    public boolean isTrying() {
        return desiredCanaries > 0 && !promoted;
    }

    /** The same with one more instance placed. */
    public DeploymentState placed(AllocationId allocation, boolean canary) {
        var canaries = new ArrayList<>(placedCanaries);
        if (canary) {
            canaries.add(allocation);
        }
        return counted(List.copyOf(canaries), placedAllocs + 1, healthyAllocs, unhealthyAllocs);
    }

    /** The same with that many more instances known as healthy and as unhealthy. */
    public DeploymentState proved(int healthy, int unhealthy) {
        return counted(placedCanaries, placedAllocs, healthyAllocs + healthy, unhealthyAllocs + unhealthy);
    }

    private DeploymentState counted(List<AllocationId> canaries, int placed, int healthy, int unhealthy) {
        return new DeploymentState(
                autoRevert,
                autoPromote,
                progressDeadline,
                requireProgressBy,
                promoted,
                canaries,
                desiredCanaries,
                desiredTotal,
                placed,
                healthy,
                unhealthy);
    }

    /** The same with the time for progress beginning anew. */
    public DeploymentState progressed(Instant now) {
        return progressDeadline.isZero()
                ? this
                : RecordShape.with(this, "requireProgressBy", now.plus(progressDeadline));
    }

    /** The same with its canaries approved. */
    public DeploymentState approved() {
        return RecordShape.with(this, "promoted", true);
    }
}
