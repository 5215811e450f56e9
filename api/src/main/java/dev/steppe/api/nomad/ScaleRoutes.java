package dev.steppe.api.nomad;

import dev.steppe.api.Region;
import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.Job;
import dev.steppe.model.ScalingPolicy;
import dev.steppe.model.TaskGroup;
import dev.steppe.server.ScaleEndpoint;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/** Counts of groups as people and autoscalers see and change them, and the bounds that jobs set. */
final class ScaleRoutes {
    private final Region region;
    private final Reads reads;

    ScaleRoutes(Region region) {
        this.region = region;
        this.reads = new Reads(region);
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/job/{id...}/scale", Right.READ_JOB_SCALING, this::status),
                Route.write("/v1/job/{id...}/scale", Right.SCALE_JOB, this::scale),
                Route.get("/v1/scaling/policies", Right.LIST_SCALING_POLICIES, this::policies),
                Route.get("/v1/scaling/policy/{id}", Right.READ_SCALING_POLICY, this::policy));
    }

    private Response scale(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        var key = JobRoutes.key(request);
        var body = JobBodies.object(request.requiredBody());
        var job = region.snapshot().job(key).orElseThrow(() -> Refused.notFound("job not found"));
        Optional<Long> enforced = body.get("JobModifyIndex") instanceof Number index && index.longValue() != 0
                ? Optional.of(index.longValue())
                : Optional.empty();
        return reads.written(region.scale(new ScaleEndpoint.Wish(
                key,
                group(body, job),
                body.get("Count") instanceof Number count ? Optional.of(count.longValue()) : Optional.empty(),
                Boolean.TRUE.equals(body.get("Error")),
                body.get("Message") instanceof String message ? message : "",
                meta(body),
                enforced)));
    }

    /** The only group need not be named. */
    private static String group(Map<String, Object> body, Job job) throws Refused {
        if (body.get("Target") instanceof Map<?, ?> target && target.get("Group") instanceof String group) {
            return group;
        }
        if (job.spec().taskGroups().size() == 1) {
            return job.spec().taskGroups().getFirst().name();
        }
        throw Refused.invalid("missing task group name for scaling action");
    }

    private static SortedMap<String, Object> meta(Map<String, Object> body) {
        var meta = new TreeMap<String, Object>();
        if (body.get("Meta") instanceof Map<?, ?> given) {
            given.forEach((name, value) -> meta.put(String.valueOf(name), value));
        }
        return Collections.unmodifiableSortedMap(meta);
    }

    private Answer status(Request request) throws Refused, IOException, InterruptedException {
        var key = JobRoutes.key(request);
        return reads.answer(
                request,
                snapshot -> new Reads.Result(
                        snapshot.index(Table.JOBS, Table.ALLOCATIONS, Table.SCALING_EVENTS),
                        () -> status(snapshot, snapshot.job(key).orElseThrow(() -> Refused.notFound("job not found")))),
                Table.JOBS,
                Table.ALLOCATIONS,
                Table.SCALING_EVENTS);
    }

    private static Shapes.ScaleStatus status(Snapshot snapshot, Job job) {
        var groups = new TreeMap<String, Shapes.GroupScale>();
        var events = snapshot.scaling(job.key());
        for (TaskGroup group : job.spec().taskGroups()) {
            var live = snapshot.allocationsOf(job.key()).stream()
                    .filter(it -> it.taskGroup().equals(group.name()) && !it.isTerminal())
                    .toList();
            groups.put(
                    group.name(),
                    new Shapes.GroupScale(
                            group.count(),
                            live.size(),
                            (int) live.stream()
                                    .filter(it -> it.client().status() == ClientStatus.RUNNING)
                                    .count(),
                            health(live, true),
                            health(live, false),
                            events.of(group.name())));
        }
        return new Shapes.ScaleStatus(
                job.spec().id().value(),
                job.spec().namespace(),
                job.createIndex(),
                job.jobModifyIndex(),
                job.stop(),
                groups);
    }

    private static int health(List<Allocation> allocations, boolean healthy) {
        return (int) allocations.stream()
                .filter(it -> it.client()
                        .health()
                        .flatMap(health -> health.healthy())
                        .filter(state -> state == healthy)
                        .isPresent())
                .count();
    }

    private Answer policies(Request request) throws Refused, IOException, InterruptedException {
        var job = request.query().text("job");
        var type = request.query().text("type");
        return reads.list(
                request,
                (snapshot, listing) -> {
                    var found = new ArrayList<Shapes.ScalingPolicyView>();
                    for (Job each : snapshot.jobs()) {
                        boolean shown = job.isEmpty()
                                || job.get().equals(each.spec().id().value());
                        if (shown && !each.stop() && listing.isIn(each.spec().namespace())) {
                            found.addAll(policiesOf(each));
                        }
                    }
                    found.removeIf(policy -> !policy.id().startsWith(listing.prefix())
                            || type.filter(it -> !it.equals(policy.type())).isPresent());
                    found.sort(Comparator.comparing(Shapes.ScalingPolicyView::id));
                    return listing.page(
                            found,
                            Shapes.ScalingPolicyView::id,
                            policy -> new Shapes.ScalingPolicyStub(
                                    policy.id(),
                                    policy.enabled(),
                                    policy.type(),
                                    policy.target(),
                                    policy.createIndex(),
                                    policy.modifyIndex()));
                },
                Table.JOBS);
    }

    private Answer policy(Request request) throws Refused, IOException, InterruptedException {
        String id = request.name("id");
        return reads.answer(
                request,
                snapshot -> new Reads.Result(snapshot.index(Table.JOBS), () -> {
                    for (Job job : snapshot.jobs()) {
                        for (var policy : policiesOf(job)) {
                            if (policy.id().equals(id)) {
                                return policy;
                            }
                        }
                    }
                    throw Refused.notFound("policy not found");
                }),
                Table.JOBS);
    }

    private static List<Shapes.ScalingPolicyView> policiesOf(Job job) {
        var found = new ArrayList<Shapes.ScalingPolicyView>();
        for (TaskGroup group : job.spec().taskGroups()) {
            group.scaling().ifPresent(policy -> found.add(view(job, group, policy)));
        }
        return found;
    }

    /** A policy has no life of its own: its id follows from the group it belongs to. */
    private static Shapes.ScalingPolicyView view(Job job, TaskGroup group, ScalingPolicy policy) {
        var target = new TreeMap<String, String>();
        target.put("Namespace", job.spec().namespace());
        target.put("Job", job.spec().id().value());
        target.put("Group", group.name());
        String type = policy.type().isEmpty() ? "horizontal" : policy.type();
        String named =
                String.join("\n", type, job.spec().namespace(), job.spec().id().value(), group.name());
        return new Shapes.ScalingPolicyView(
                UUID.nameUUIDFromBytes(named.getBytes(StandardCharsets.UTF_8)).toString(),
                job.spec().namespace(),
                target,
                type,
                policy.min(),
                policy.max().orElse(group.count()),
                policy.policy(),
                policy.enabled(),
                job.createIndex(),
                job.jobModifyIndex());
    }
}
