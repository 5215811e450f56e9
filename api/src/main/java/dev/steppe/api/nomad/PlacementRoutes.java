package dev.steppe.api.nomad;

import dev.steppe.api.LiveCatalog;
import dev.steppe.api.Region;
import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Dialect;
import dev.steppe.api.http.Filtering;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.scheduler.FollowUps;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** What became of jobs: allocations, evaluations and service instances. */
final class PlacementRoutes {
    /** So that the ids fit into one log entry. */
    private static final int EVALUATIONS_DELETED_MAX = 7_281;

    private final Region region;
    private final Reads reads;
    private final Registrations registrations;

    PlacementRoutes(Region region, LiveCatalog catalog) {
        this.registrations = new Registrations(catalog);
        this.region = region;
        this.reads = new Reads(region);
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/allocations", Right.READ_JOB, this::allocations),
                Route.get("/v1/allocation/{id}", Right.READ_JOB, this::allocation),
                Route.get("/v1/allocation/{id}/services", Right.READ_JOB, this::servicesOfAllocation),
                Route.get("/v1/allocation/{id}/checks", Right.READ_JOB, this::checksOfAllocation),
                Route.get("/v1/client/allocation/{id}/checks", Right.READ_JOB, this::checksOfAllocation),
                Route.get("/v1/evaluations", Right.READ_JOB, this::evaluations),
                Route.delete("/v1/evaluations", Right.WRITE_OPERATOR, this::deleteEvaluations),
                Route.get("/v1/evaluations/count", Right.READ_JOB, this::evaluationCount),
                Route.get("/v1/evaluation/{id}", Right.READ_JOB, this::evaluation),
                Route.get("/v1/evaluation/{id}/allocations", Right.READ_JOB, this::allocationsOfEvaluation),
                Route.get("/v1/services", Right.READ_JOB, this::services),
                Route.get("/v1/service/{name}", Right.READ_JOB, this::service),
                Route.delete("/v1/service/{name}/{id}", Right.SUBMIT_JOB, request -> {
                    throw Refused.unsupported("services follow from allocations and cannot be deleted: the instance "
                            + request.name("id") + " goes with its allocation, stop that");
                }));
    }

    private static Allocation known(Snapshot snapshot, AllocationId id) throws Refused {
        return snapshot.allocation(id).orElseThrow(() -> Refused.notFound("alloc not found"));
    }

    private Answer allocations(Request request) throws Refused, IOException, InterruptedException {
        boolean resources = request.query().flag("resources");
        boolean states = request.query().first("task_states").isEmpty()
                || request.query().flag("task_states");
        return reads.list(
                request,
                (snapshot, listing) -> {
                    var found = new ArrayList<Allocation>();
                    for (var allocation : snapshot.allocations()) {
                        if (listing.shows(
                                allocation.namespace(), allocation.id().value())) {
                            found.add(allocation);
                        }
                    }
                    var followUps = new FollowUps(snapshot);
                    return listing.pageOfMade(
                            found,
                            Allocation::createIndex,
                            allocation -> allocation.id().value(),
                            allocation -> Stubs.of(snapshot, followUps, allocation, resources, states));
                },
                Table.ALLOCATIONS);
    }

    private Answer allocation(Request request) throws Refused, IOException, InterruptedException {
        var id = Given.id(AllocationId::new, request);
        return reads.answer(
                request,
                snapshot -> new Reads.Result(
                        indexWithFollowUp(snapshot, id),
                        () -> Stubs.view(snapshot, new FollowUps(snapshot), known(snapshot, id))),
                Table.ALLOCATIONS,
                Table.EVALUATIONS);
    }

    /** The evaluation that is to replace what failed comes, and goes, without a change of the allocation. */
    private static long indexWithFollowUp(Snapshot snapshot, AllocationId id) {
        boolean waits = snapshot.allocation(id).filter(FollowUps::mayHave).isPresent();
        return waits ? Math.max(indexOf(snapshot, id), snapshot.index(Table.EVALUATIONS)) : indexOf(snapshot, id);
    }

    private static long indexOf(Snapshot snapshot, AllocationId id) {
        return snapshot.allocation(id).map(Allocation::modifyIndex).orElseGet(() -> snapshot.index(Table.ALLOCATIONS));
    }

    private Answer servicesOfAllocation(Request request) throws Refused, IOException, InterruptedException {
        var id = Given.id(AllocationId::new, request);
        return reads.answer(
                request,
                snapshot -> new Reads.Result(
                        indexOf(snapshot, id), () -> registrations.of(snapshot, List.of(known(snapshot, id)))),
                Table.ALLOCATIONS);
    }

    /** The results of the checks the node runs, as the node last reported them. */
    private Answer checksOfAllocation(Request request) throws Refused, IOException, InterruptedException {
        var id = Given.id(AllocationId::new, request);
        return reads.answer(
                request,
                snapshot -> new Reads.Result(indexOf(snapshot, id), () -> CheckViews.of(snapshot, known(snapshot, id))),
                Table.ALLOCATIONS);
    }

    private Answer evaluations(Request request) throws Refused, IOException, InterruptedException {
        var status = request.query().text("status").orElse("");
        var job = request.query().text("job").orElse("");
        if (request.query().text("filter").isPresent() && !(status + job).isEmpty()) {
            throw Refused.invalid("filter takes the place of status and job: write them into it, as JobID == \"web\"");
        }
        return reads.list(
                request,
                (snapshot, listing) -> {
                    var found = new ArrayList<Evaluation>();
                    for (var evaluation : snapshot.evaluations()) {
                        boolean wanted = (status.isEmpty()
                                        || Words.of(evaluation.status()).equals(status))
                                && (job.isEmpty() || evaluation.jobId().value().equals(job));
                        if (wanted
                                && listing.shows(
                                        evaluation.namespace(), evaluation.id().value())) {
                            found.add(evaluation);
                        }
                    }
                    return listing.pageOfMade(
                            found,
                            Evaluation::createIndex,
                            evaluation -> evaluation.id().value(),
                            Function.identity());
                },
                Table.EVALUATIONS);
    }

    private Response deleteEvaluations(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        var body = JobBodies.object(request.requiredBody());
        if (body.get("Filter") instanceof String filter && !filter.isEmpty()) {
            if (body.get("EvalIDs") instanceof List<?> named && !named.isEmpty()) {
                throw Refused.invalid("evaluations are named in EvalIDs or chosen by Filter, not both");
            }
            return deleteEvaluations(chosen(Listing.namespace(request), filter));
        }
        var ids = new ArrayList<EvaluationId>();
        if (body.get("EvalIDs") instanceof List<?> named) {
            for (Object id : named) {
                ids.add(Given.id(EvaluationId::new, String.valueOf(id)));
            }
        }
        if (ids.isEmpty() || ids.size() > EVALUATIONS_DELETED_MAX) {
            throw Refused.invalid("EvalIDs must name between 1 and " + EVALUATIONS_DELETED_MAX + " evaluations");
        }
        return deleteEvaluations(ids);
    }

    private List<EvaluationId> chosen(String namespace, String filter) throws Refused {
        var all = new ArrayList<Evaluation>();
        for (var evaluation : region.snapshot().evaluations()) {
            if (namespace.equals("*") || namespace.equals(evaluation.namespace())) {
                all.add(evaluation);
            }
        }
        return Filtering.of(Optional.of(filter), Dialect.NOMAD).of(all).stream()
                .map(Evaluation::id)
                .toList();
    }

    private Response deleteEvaluations(List<EvaluationId> ids) throws Refused, IOException, InterruptedException {
        long index = region.snapshot().index(Table.EVALUATIONS);
        for (int from = 0; from < ids.size(); from += EVALUATIONS_DELETED_MAX) {
            index = region.deleteEvaluations(ids.subList(from, Math.min(ids.size(), from + EVALUATIONS_DELETED_MAX)));
        }
        return reads.written(new Shapes.EvaluationsDeleted(ids.size()), index);
    }

    private Answer evaluationCount(Request request) throws Refused, IOException, InterruptedException {
        var namespace = Listing.namespace(request);
        return reads.answer(
                request,
                snapshot -> new Reads.Result(snapshot.index(Table.EVALUATIONS), () -> {
                    long count = 0;
                    for (var evaluation : snapshot.evaluations()) {
                        count += namespace.equals("*") || namespace.equals(evaluation.namespace()) ? 1 : 0;
                    }
                    var reply = new TreeMap<String, Object>();
                    reply.put("Count", count);
                    return reply;
                }),
                Table.EVALUATIONS);
    }

    private Answer evaluation(Request request) throws Refused, IOException, InterruptedException {
        var id = Given.id(EvaluationId::new, request);
        boolean related = request.query().flag("related");
        return reads.answer(
                request,
                snapshot -> new Reads.Result(
                        snapshot.evaluation(id)
                                .map(Evaluation::modifyIndex)
                                .orElseGet(() -> snapshot.index(Table.EVALUATIONS)),
                        () -> {
                            var found = snapshot.evaluation(id).orElseThrow(() -> Refused.notFound("eval not found"));
                            return related ? Stubs.related(snapshot, found) : found;
                        }),
                Table.EVALUATIONS);
    }

    private Answer allocationsOfEvaluation(Request request) throws Refused, IOException, InterruptedException {
        var id = Given.id(EvaluationId::new, request);
        return reads.answer(
                request,
                snapshot -> new Reads.Result(snapshot.index(Table.ALLOCATIONS), () -> {
                    var candidates = snapshot.evaluation(id)
                            .map(evaluation -> snapshot.allocationsOf(evaluation.jobKey()))
                            .orElse(List.of());
                    var followUps = new FollowUps(snapshot);
                    return candidates.stream()
                            .filter(allocation -> allocation.evaluationId().equals(id))
                            .map(allocation -> Stubs.of(snapshot, followUps, allocation, false, true))
                            .toList();
                }),
                Table.ALLOCATIONS);
    }

    private Answer services(Request request) throws Refused, IOException, InterruptedException {
        var namespace = Listing.namespace(request);
        return reads.answer(
                request,
                snapshot -> new Reads.Result(
                        snapshot.index(LiveCatalog.tables()), () -> registrations.grouped(snapshot, namespace)),
                LiveCatalog.tables());
    }

    private Answer service(Request request) throws Refused, IOException, InterruptedException {
        var choice = Choice.of(request);
        var namespace = Listing.namespace(request);
        var name = request.name("name");
        var filtering = Filtering.of(request, Dialect.NOMAD);
        return reads.answer(
                request,
                snapshot -> new Reads.Result(
                        snapshot.index(LiveCatalog.tables()),
                        () -> choice.from(filtering.of(registrations.named(snapshot, namespace, name)))),
                LiveCatalog.tables());
    }
}
