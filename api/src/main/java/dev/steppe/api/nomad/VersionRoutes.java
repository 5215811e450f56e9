package dev.steppe.api.nomad;

import dev.steppe.api.Region;
import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.model.Job;
import dev.steppe.model.JobKey;
import dev.steppe.model.VersionTag;
import dev.steppe.model.diff.JobDiff;
import dev.steppe.scheduler.FollowUps;
import dev.steppe.scheduler.Preview;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Table;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a job would become and what it was: plan, versions with their differences, sources, tags, and the way back. */
final class VersionRoutes {
    private final Region region;
    private final Reads reads;

    VersionRoutes(Region region) {
        this.region = region;
        this.reads = new Reads(region);
    }

    List<Route> routes() {
        return List.of(
                Route.write("/v1/job/{id...}/plan", Right.SUBMIT_JOB, this::plan),
                Route.get("/v1/job/{id...}/versions", Right.READ_JOB, this::versions),
                Route.get("/v1/job/{id...}/submission", Right.READ_JOB, this::submission),
                Route.write("/v1/job/{id...}/revert", Right.SUBMIT_JOB, this::revert),
                Route.write("/v1/job/{id...}/versions/{name}/tag", Right.SUBMIT_JOB, this::tag),
                Route.delete("/v1/job/{id...}/versions/{name}/tag", Right.SUBMIT_JOB, this::untag));
    }

    private Response plan(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        var wish = JobBodies.registration(request, region.name());
        JobBodies.checkId(wish.job(), request);
        boolean withDiff =
                Boolean.TRUE.equals(JobBodies.object(request.requiredBody()).get("Diff"));
        var planned = region.plan(wish.job());
        var preview = planned.preview();
        return Reads.json(new Shapes.PlanReply(
                preview.jobModifyIndex(),
                preview.followUps(),
                Optional.of(preview.diff()).filter(diff -> withDiff),
                new Shapes.PlanAnnotations(preview.updates(), preempted(preview), preview.losses()),
                preview.failed(),
                planned.nextLaunch().orElse(Instant.EPOCH),
                String.join("\n", planned.notices())));
    }

    private List<Shapes.AllocationStub> preempted(Preview preview) {
        var snapshot = region.snapshot();
        var followUps = new FollowUps(snapshot);
        return preview.preempted().stream()
                .flatMap(id -> snapshot.allocation(id).stream())
                .map(allocation -> Stubs.of(snapshot, followUps, allocation, true, false))
                .toList();
    }

    private Answer versions(Request request) throws Refused, IOException, InterruptedException {
        var key = JobRoutes.key(request);
        var against = request.query().text("diff_version");
        var tag = request.query().text("diff_tag");
        boolean withDiffs = request.query().flag("diffs") || against.isPresent() || tag.isPresent();
        return reads.answer(
                request,
                snapshot -> new Reads.Result(snapshot.index(Table.JOBS), () -> {
                    var versions = snapshot.historyOf(key);
                    if (versions.isEmpty()) {
                        throw Refused.notFound("job versions not found");
                    }
                    Optional<Job> base = Optional.empty();
                    if (against.isPresent()) {
                        base = Optional.of(version(snapshot, key, number(against.get())));
                    } else if (tag.isPresent()) {
                        base = Optional.of(tagged(snapshot, key, tag.get()));
                    }
                    return new Shapes.VersionsReply(
                            versions.stream()
                                    .map(job -> Summaries.view(snapshot, job))
                                    .toList(),
                            withDiffs ? differences(versions, base) : List.of());
                }),
                Table.JOBS);
    }

    /** Of each version to the one before it, or of each to the same other version. */
    private static List<JobDiff> differences(List<Job> newestFirst, Optional<Job> base) {
        var found = new ArrayList<JobDiff>();
        for (int i = 0; i < newestFirst.size(); i++) {
            var job = newestFirst.get(i);
            if (base.isPresent()) {
                found.add(JobDiff.between(base.map(Job::spec), job.spec()));
            } else if (i + 1 < newestFirst.size()) {
                found.add(JobDiff.between(Optional.of(newestFirst.get(i + 1).spec()), job.spec()));
            }
        }
        return found;
    }

    private static long number(String text) throws Refused {
        try {
            return Long.parseUnsignedLong(text);
        } catch (NumberFormatException notANumber) {
            throw Refused.invalid("the version \"" + text + "\" is not a number");
        }
    }

    private static Job version(Snapshot snapshot, JobKey key, long number) throws Refused {
        return snapshot.historyOf(key).stream()
                .filter(job -> job.version() == number)
                .findFirst()
                .orElseThrow(() -> Refused.notFound("job \"" + key.id() + "\" at version " + number + " not found"));
    }

    private static Job tagged(Snapshot snapshot, JobKey key, String name) throws Refused {
        return snapshot.historyOf(key).stream()
                .filter(job ->
                        job.versionTag().filter(tag -> tag.name().equals(name)).isPresent())
                .findFirst()
                .orElseThrow(() -> Refused.notFound("job \"" + key.id() + "\" has no version tagged \"" + name + "\""));
    }

    private Answer submission(Request request) throws Refused, IOException, InterruptedException {
        var key = JobRoutes.key(request);
        long version = number(request.query()
                .text("version")
                .orElseThrow(() -> Refused.invalid("the parameter \"version\" is missing")));
        return reads.answer(
                request,
                snapshot -> new Reads.Result(
                        snapshot.index(Table.JOBS),
                        () -> snapshot.submission(key, version)
                                .orElseThrow(() -> Refused.notFound("job source not found"))),
                Table.JOBS);
    }

    private Response revert(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        var body = JobBodies.object(request.requiredBody());
        if (!(body.get("JobVersion") instanceof Number version)) {
            throw Refused.invalid("JobVersion must be specified");
        }
        Optional<Long> prior = body.get("EnforcePriorVersion") instanceof Number number
                ? Optional.of(number.longValue())
                : Optional.empty();
        return reads.written(region.revert(JobRoutes.key(request), version.longValue(), prior));
    }

    private Response tag(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        var key = JobRoutes.key(request);
        var body = JobBodies.object(request.requiredBody());
        var snapshot = region.snapshot();
        var job = snapshot.job(key).orElseThrow(() -> Refused.notFound("job not found"));
        boolean latest = Boolean.TRUE.equals(body.get("Latest")) || !body.containsKey("Version");
        long version = !latest && body.get("Version") instanceof Number number ? number.longValue() : job.version();
        version(snapshot, key, version);
        var tag = new VersionTag(
                request.name("name"), body.get("Description") instanceof String text ? text : "", Instant.now());
        long index = region.tag(key, version, Optional.of(tag));
        return reads.written(tag, index);
    }

    private Response untag(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        var key = JobRoutes.key(request);
        var job = tagged(region.snapshot(), key, request.name("name"));
        return Response.empty().with("X-Nomad-Index", Long.toString(region.tag(key, job.version(), Optional.empty())));
    }
}
