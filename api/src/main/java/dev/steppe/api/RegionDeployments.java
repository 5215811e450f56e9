package dev.steppe.api;

import dev.steppe.api.http.Refused;
import dev.steppe.model.AllocationId;
import dev.steppe.model.DeploymentId;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.JobKey;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** What may be done to the deployments of a region. Safe for use from any thread; blocks as the region's writes do. */
public interface RegionDeployments {

    /** A changed deployment: the evaluation that goes on with it, and the job's version that comes back, if one does. */
    record Changed(EvaluationId evaluation, Optional<Long> revertedTo, long index) {}

    /** Has a deployment wait, or go on. */
    Changed pause(DeploymentId id, boolean pause) throws Refused, IOException, InterruptedException;

    /** Approves the canaries of the groups, or with none named those of all groups. */
    Changed promote(DeploymentId id, List<String> groups) throws Refused, IOException, InterruptedException;

    /** Gives a deployment up. */
    Changed fail(DeploymentId id) throws Refused, IOException, InterruptedException;

    /** Says which allocations are healthy and which are not. */
    Changed judge(DeploymentId id, List<AllocationId> healthy, List<AllocationId> unhealthy)
            throws Refused, IOException, InterruptedException;

    /** Has a deployment go on without other regions. */
    Changed unblock(DeploymentId id) throws Refused, IOException, InterruptedException;

    /** Says of a version of a job that it works, or that it does not; returns the index of the change. */
    long setStable(JobKey job, long version, boolean stable) throws Refused, IOException, InterruptedException;
}
