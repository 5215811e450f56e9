package dev.steppe.api.nomad;

import dev.steppe.api.LiveCatalog;
import dev.steppe.api.Region;
import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.jobspec.JobFile;
import dev.steppe.jobspec.ParseOptions;
import dev.steppe.language.function.FunctionTable;
import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import dev.steppe.model.Allocation;
import dev.steppe.model.Evaluation;
import dev.steppe.model.Job;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.scheduler.FollowUps;
import dev.steppe.server.JobAdmission;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Table;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Jobs: list, register, read, stop, and what belongs to one. */
final class JobRoutes {
    private final Region region;
    private final Reads reads;
    private final Registrations registrations;

    JobRoutes(Region region, LiveCatalog catalog) {
        this.region = region;
        this.registrations = new Registrations(catalog);
        this.reads = new Reads(region);
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/jobs", Right.LIST_JOBS, this::list),
                Route.write("/v1/jobs", Right.SUBMIT_JOB, this::register),
                Route.write("/v1/jobs/parse", Right.PARSE_JOB, this::parse),
                Route.write("/v1/validate/job", Right.READ_JOB, this::validate),
                Route.get("/v1/job/{id...}", Right.READ_JOB, this::read),
                Route.write("/v1/job/{id...}", Right.SUBMIT_JOB, this::update),
                Route.delete("/v1/job/{id...}", Right.SUBMIT_JOB, this::stop),
                Route.get("/v1/job/{id...}/allocations", Right.READ_JOB, this::allocations),
                Route.get("/v1/job/{id...}/evaluations", Right.READ_JOB, this::evaluations),
                Route.get("/v1/job/{id...}/summary", Right.READ_JOB, this::summary),
                Route.get("/v1/job/{id...}/services", Right.READ_JOB, this::services),
                Route.write("/v1/job/{id...}/evaluate", Right.SUBMIT_JOB, this::evaluate));
    }

    static JobKey key(Request request) throws Refused {
        return new JobKey(Listing.namespace(request), Given.id(JobId::new, request));
    }

    private static Job known(Snapshot snapshot, JobKey key) throws Refused {
        return snapshot.job(key).orElseThrow(() -> Refused.notFound("job not found"));
    }

    private Answer list(Request request) throws Refused, IOException, InterruptedException {
        boolean withMeta = request.query().flag("meta");
        return reads.list(
                request,
                (snapshot, listing) -> {
                    var jobs = new ArrayList<Job>();
                    for (var job : snapshot.jobs()) {
                        if (listing.shows(
                                job.spec().namespace(), job.spec().id().value())) {
                            jobs.add(job);
                        }
                    }
                    return listing.page(jobs, job -> job.spec().id().value(), job -> Stubs.of(snapshot, job, withMeta));
                },
                Table.JOBS,
                Table.ALLOCATIONS,
                Table.EVALUATIONS);
    }

    private Response register(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        var registration = JobBodies.registration(request, region.name());
        return reads.written(region.register(registration));
    }

    private Response update(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        var registration = JobBodies.registration(request, region.name());
        JobBodies.checkId(registration.job(), request);
        return reads.written(region.register(registration));
    }

    private Response stop(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        var key = key(request);
        if (region.snapshot().job(key).isEmpty()) {
            return reads.written(new Region.JobWritten(0, 0, Optional.empty(), List.of()));
        }
        return reads.written(region.deregister(
                key, request.query().flag("purge"), request.query().flag("no_shutdown_delay")));
    }

    private Response evaluate(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        var key = key(request);
        known(region.snapshot(), key);
        boolean force = !request.body().isEmpty()
                && JobBodies.object(request.body()).get("EvalOptions") instanceof Map<?, ?> options
                && Boolean.TRUE.equals(options.get("ForceReschedule"));
        return reads.written(region.evaluate(key, force));
    }

    /** The file stays text: nothing in it can read this machine's files or environment. */
    private Response parse(Request request) throws Refused {
        var body = JobBodies.object(request.requiredBody());
        if (!(body.get("JobHCL") instanceof String source) || source.isEmpty()) {
            throw Refused.invalid("Job spec is empty");
        }
        var variables = body.get("Variables") instanceof String text ? text : "";
        var files = variables.isEmpty() ? List.<Source>of() : List.of(new Source("variables", variables));
        var options = new ParseOptions(
                Map.of(), files, Map.of(), FunctionTable.standard().withRandom(new SecureRandom()), true);
        try {
            return Reads.json(JobFile.parse("job", source, options).job());
        } catch (DiagnosticException mistakes) {
            throw Refused.invalid(Diagnostic.render(mistakes.diagnostics()));
        }
    }

    private Response validate(Request request) throws Refused {
        try {
            var verdict = JobAdmission.check(
                    JobBodies.registration(request, region.name()).job(), Instant.now());
            var warnings = new ArrayList<>(verdict.unsupported());
            warnings.addAll(verdict.notices());
            return validation(verdict.problems(), warnings, verdict.unsupported());
        } catch (Refused refused) {
            if (refused.kind() != Refused.Kind.RULE_BROKEN) {
                throw refused;
            }
            return validation(List.of(refused.text()), List.of(), List.of());
        }
    }

    private static Response validation(List<String> problems, List<String> notices, List<String> refused) {
        return Reads.json(new Shapes.ValidationReply(
                true, problems, String.join("\n", problems), String.join("\n", notices), refused));
    }

    private Answer read(Request request) throws Refused, IOException, InterruptedException {
        var key = key(request);
        return reads.answer(
                request,
                snapshot -> {
                    var job = snapshot.job(key);
                    long index = job.map(Job::modifyIndex).orElseGet(() -> snapshot.index(Table.JOBS));
                    return new Reads.Result(index, () -> Summaries.view(snapshot, known(snapshot, key)));
                },
                Table.JOBS);
    }

    private Answer summary(Request request) throws Refused, IOException, InterruptedException {
        var key = key(request);
        return reads.answer(
                request,
                snapshot -> new Reads.Result(
                        snapshot.index(Table.JOBS, Table.ALLOCATIONS, Table.EVALUATIONS),
                        () -> Summaries.summary(snapshot, known(snapshot, key))),
                Table.JOBS,
                Table.ALLOCATIONS,
                Table.EVALUATIONS);
    }

    /** False for what an earlier job of the same name left behind. */
    private static boolean isOfPresentJob(Snapshot snapshot, Allocation allocation) {
        var present = snapshot.job(allocation.jobKey());
        return present.filter(job -> !snapshot.isOf(job, allocation)).isEmpty();
    }

    private Answer allocations(Request request) throws Refused, IOException, InterruptedException {
        var key = key(request);
        boolean all = request.query().flag("all");
        return reads.answer(
                request,
                snapshot -> new Reads.Result(snapshot.index(Table.ALLOCATIONS), () -> {
                    var followUps = new FollowUps(snapshot);
                    return snapshot.allocationsOf(key).stream()
                            .filter(allocation -> all || isOfPresentJob(snapshot, allocation))
                            .map(allocation -> Stubs.of(snapshot, followUps, allocation, false, true))
                            .toList();
                }),
                Table.ALLOCATIONS);
    }

    private Answer evaluations(Request request) throws Refused, IOException, InterruptedException {
        var key = key(request);
        return reads.answer(
                request,
                snapshot -> new Reads.Result(
                        snapshot.index(Table.EVALUATIONS),
                        () -> snapshot.evaluationsOf(key).stream()
                                .sorted(Comparator.comparingLong(Evaluation::modifyIndex)
                                        .reversed())
                                .toList()),
                Table.EVALUATIONS);
    }

    private Answer services(Request request) throws Refused, IOException, InterruptedException {
        var key = key(request);
        return reads.answer(
                request,
                snapshot -> new Reads.Result(
                        snapshot.index(LiveCatalog.tables()),
                        () -> registrations.of(snapshot, snapshot.allocationsOf(key))),
                LiveCatalog.tables());
    }
}
