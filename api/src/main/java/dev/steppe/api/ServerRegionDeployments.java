package dev.steppe.api;

import dev.steppe.api.http.Refused;
import dev.steppe.model.AllocationId;
import dev.steppe.model.DeploymentId;
import dev.steppe.model.JobKey;
import dev.steppe.server.DeploymentEndpoint;
import dev.steppe.server.Reply;
import dev.steppe.server.Server;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** Deployments as an agent that is a server itself reaches them. */
record ServerRegionDeployments(Server server) implements RegionDeployments {

    private static Changed ask(Consumer<Consumer<Reply<DeploymentEndpoint.Changed>>> question)
            throws Refused, IOException, InterruptedException {
        var done = ServerRegion.done(question);
        return new Changed(done.value().evaluation(), done.value().revertedTo(), done.index());
    }

    @Override
    public Changed pause(DeploymentId id, boolean pause) throws Refused, IOException, InterruptedException {
        return ask(then -> server.deployments().pause(id, pause, then));
    }

    @Override
    public Changed promote(DeploymentId id, List<String> groups) throws Refused, IOException, InterruptedException {
        return ask(then -> server.deployments().promote(id, groups, then));
    }

    @Override
    public Changed fail(DeploymentId id) throws Refused, IOException, InterruptedException {
        return ask(then -> server.deployments().fail(id, then));
    }

    @Override
    public Changed judge(DeploymentId id, List<AllocationId> healthy, List<AllocationId> unhealthy)
            throws Refused, IOException, InterruptedException {
        return ask(then -> server.deployments().judge(id, healthy, unhealthy, then));
    }

    @Override
    public Changed unblock(DeploymentId id) throws Refused, IOException, InterruptedException {
        return ask(then -> server.deployments().unblock(id, then));
    }

    @Override
    public long setStable(JobKey job, long version, boolean stable) throws Refused, IOException, InterruptedException {
        Reply.Done<Long> done = ServerRegion.done(then -> server.deployments().setStable(job, version, stable, then));
        return done.index();
    }
}
