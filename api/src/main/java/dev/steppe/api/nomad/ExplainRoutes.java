package dev.steppe.api.nomad;

import dev.steppe.api.Region;
import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.model.AllocationId;
import dev.steppe.model.EvaluationId;
import dev.steppe.scheduler.Explained;
import dev.steppe.scheduler.Explainer;
import dev.steppe.state.Table;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;

/** Why something is as it is, and what comes next: routes of our own beside those of the dialect. */
final class ExplainRoutes {
    private static final Table[] TABLES = {
        Table.ALLOCATIONS, Table.DEPLOYMENTS, Table.EVALUATIONS, Table.JOBS, Table.NODES, Table.SCHEDULER_CONFIGURATION
    };

    private final Reads reads;

    ExplainRoutes(Region region) {
        this.reads = new Reads(region);
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/explain/job/{id...}", Right.READ_JOB, this::job),
                Route.get("/v1/explain/allocation/{id}", Right.READ_JOB, this::allocation),
                Route.get("/v1/explain/evaluation/{id}", Right.READ_JOB, this::evaluation));
    }

    private Answer job(Request request) throws Refused, IOException, InterruptedException {
        var key = JobRoutes.key(request);
        return answer(request, "job not found", explainer -> explainer.job(key));
    }

    private Answer allocation(Request request) throws Refused, IOException, InterruptedException {
        var id = Given.id(AllocationId::new, request);
        return answer(request, "alloc not found", explainer -> explainer.allocation(id));
    }

    private Answer evaluation(Request request) throws Refused, IOException, InterruptedException {
        var id = Given.id(EvaluationId::new, request);
        return answer(request, "eval not found", explainer -> explainer.evaluation(id));
    }

    private Answer answer(Request request, String missing, Function<Explainer, Optional<Explained>> question)
            throws Refused, IOException, InterruptedException {
        return reads.answer(
                request,
                snapshot -> new Reads.Result(
                        snapshot.index(TABLES),
                        () -> question.apply(
                                        new Explainer(snapshot, Instant.now(), new SplittableRandom(snapshot.index())))
                                .orElseThrow(() -> Refused.notFound(missing))),
                TABLES);
    }
}
