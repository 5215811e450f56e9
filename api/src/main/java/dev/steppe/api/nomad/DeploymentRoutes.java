package dev.steppe.api.nomad;

import dev.steppe.api.Region;
import dev.steppe.api.RegionDeployments;
import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.model.AllocationId;
import dev.steppe.model.Deployment;
import dev.steppe.model.DeploymentId;
import dev.steppe.model.Job;
import dev.steppe.scheduler.FollowUps;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** Deployments: list, read, and what an operator decides about one. */
final class DeploymentRoutes {
    private final Region region;
    private final Reads reads;

    DeploymentRoutes(Region region) {
        this.region = region;
        this.reads = new Reads(region);
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/deployments", Right.READ_JOB, this::list),
                Route.get("/v1/deployment/{id}", Right.READ_JOB, this::read),
                Route.get("/v1/deployment/allocations/{id}", Right.READ_JOB, this::allocations),
                Route.write("/v1/deployment/fail/{id}", Right.SUBMIT_JOB, this::fail),
                Route.write("/v1/deployment/pause/{id}", Right.SUBMIT_JOB, this::pause),
                Route.write("/v1/deployment/promote/{id}", Right.SUBMIT_JOB, this::promote),
                Route.write("/v1/deployment/allocation-health/{id}", Right.SUBMIT_JOB, this::judge),
                Route.write("/v1/deployment/unblock/{id}", Right.SUBMIT_JOB, this::unblock),
                Route.get("/v1/job/{id...}/deployments", Right.READ_JOB, this::ofJob),
                Route.get("/v1/job/{id...}/deployment", Right.READ_JOB, this::newestOfJob),
                Route.write("/v1/job/{id...}/stable", Right.SUBMIT_JOB, this::setStable));
    }

    private static Deployment known(Snapshot snapshot, DeploymentId id) throws Refused {
        return snapshot.deployment(id).orElseThrow(() -> Refused.notFound("deployment not found"));
    }

    private Answer list(Request request) throws Refused, IOException, InterruptedException {
        return reads.list(
                request,
                (snapshot, listing) -> {
                    var found = new ArrayList<Deployment>();
                    for (Deployment deployment : snapshot.deployments()) {
                        if (listing.shows(
                                deployment.namespace(), deployment.id().value())) {
                            found.add(deployment);
                        }
                    }
                    return listing.pageOfMade(
                            found,
                            Deployment::createIndex,
                            deployment -> deployment.id().value(),
                            Function.identity());
                },
                Table.DEPLOYMENTS);
    }

    private Answer read(Request request) throws Refused, IOException, InterruptedException {
        var id = Given.id(DeploymentId::new, request);
        return reads.answer(
                request,
                snapshot -> new Reads.Result(
                        snapshot.deployment(id)
                                .map(Deployment::modifyIndex)
                                .orElseGet(() -> snapshot.index(Table.DEPLOYMENTS)),
                        () -> known(snapshot, id)),
                Table.DEPLOYMENTS);
    }

    private Answer allocations(Request request) throws Refused, IOException, InterruptedException {
        var id = Given.id(DeploymentId::new, request);
        return reads.answer(
                request,
                snapshot -> new Reads.Result(snapshot.index(Table.ALLOCATIONS), () -> {
                    var followUps = new FollowUps(snapshot);
                    return snapshot.allocationsOf(known(snapshot, id).jobKey()).stream()
                            .filter(allocation -> allocation.deploymentId().equals(Optional.of(id)))
                            .map(allocation -> Stubs.of(snapshot, followUps, allocation, false, true))
                            .toList();
                }),
                Table.ALLOCATIONS);
    }

    private Answer ofJob(Request request) throws Refused, IOException, InterruptedException {
        var key = JobRoutes.key(request);
        boolean all = request.query().flag("all");
        return reads.answer(
                request,
                snapshot -> new Reads.Result(snapshot.index(Table.DEPLOYMENTS), () -> {
                    var first = snapshot.job(key).map(Job::createIndex);
                    return snapshot.deploymentsOf(key).stream()
                            .filter(deployment -> all || first.isEmpty() || deployment.jobCreateIndex() == first.get())
                            .toList();
                }),
                Table.DEPLOYMENTS);
    }

    private Answer newestOfJob(Request request) throws Refused, IOException, InterruptedException {
        var key = JobRoutes.key(request);
        return reads.answer(
                request,
                snapshot -> new Reads.Result(
                        snapshot.index(Table.DEPLOYMENTS),
                        () -> snapshot.job(key).flatMap(snapshot::newestDeployment)),
                Table.DEPLOYMENTS);
    }

    private DeploymentId target(Request request) throws Refused {
        reads.checkRegion(request);
        var id = Given.id(DeploymentId::new, request);
        known(region.snapshot(), id);
        return id;
    }

    private Response fail(Request request) throws Refused, IOException, InterruptedException {
        return written(region.deployments().fail(target(request)));
    }

    private Response pause(Request request) throws Refused, IOException, InterruptedException {
        var id = target(request);
        return written(
                region.deployments().pause(id, Boolean.TRUE.equals(body(request).get("Pause"))));
    }

    private Response promote(Request request) throws Refused, IOException, InterruptedException {
        var id = target(request);
        var body = body(request);
        var groups = texts(body, "Groups");
        if (groups.isEmpty() && !Boolean.TRUE.equals(body.get("All"))) {
            throw Refused.invalid("name the groups to promote in Groups, or set All");
        }
        return written(region.deployments().promote(id, groups));
    }

    private Response judge(Request request) throws Refused, IOException, InterruptedException {
        var id = target(request);
        var body = body(request);
        return written(region.deployments()
                .judge(id, allocations(body, "HealthyAllocationIDs"), allocations(body, "UnhealthyAllocationIDs")));
    }

    private Response unblock(Request request) throws Refused, IOException, InterruptedException {
        return written(region.deployments().unblock(target(request)));
    }

    private static Map<String, Object> body(Request request) throws Refused {
        return JobBodies.object(request.requiredBody());
    }

    private static List<String> texts(Map<String, Object> body, String name) {
        return body.get(name) instanceof List<?> all
                ? all.stream().map(String::valueOf).toList()
                : List.of();
    }

    private static List<AllocationId> allocations(Map<String, Object> body, String name) throws Refused {
        var found = new ArrayList<AllocationId>();
        for (String id : texts(body, name)) {
            found.add(Given.id(AllocationId::new, id));
        }
        return found;
    }

    private Response written(RegionDeployments.Changed changed) {
        var reply = new TreeMap<String, Object>();
        reply.put("EvalID", changed.evaluation().value());
        reply.put("EvalCreateIndex", changed.index());
        reply.put("DeploymentModifyIndex", changed.index());
        changed.revertedTo().ifPresent(version -> reply.put("RevertedJobVersion", version));
        return reads.written(reply, changed.index());
    }

    private Response setStable(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        var key = JobRoutes.key(request);
        var body = body(request);
        if (!(body.get("JobVersion") instanceof Number version)) {
            throw Refused.invalid("JobVersion is missing: the number of the version");
        }
        long index = region.deployments().setStable(key, version.longValue(), Boolean.TRUE.equals(body.get("Stable")));
        var reply = new TreeMap<String, Object>();
        reply.put("JobModifyIndex", index);
        return reads.written(reply, index);
    }
}
