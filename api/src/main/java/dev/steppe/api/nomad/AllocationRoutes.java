package dev.steppe.api.nomad;

import dev.steppe.api.LocalNode;
import dev.steppe.api.Region;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.io.linux.Signal;
import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What people do to running allocations: stop, restart, signal. */
final class AllocationRoutes {
    private final Region region;
    private final Reads reads;
    private final Optional<LocalNode> node;

    AllocationRoutes(Region region, Optional<LocalNode> node) {
        this.region = region;
        this.reads = new Reads(region);
        this.node = node;
    }

    List<Route> routes() {
        return List.of(
                Route.write("/v1/allocation/{id}/stop", Right.ALLOCATION_LIFECYCLE, this::stop),
                Route.write("/v1/client/allocation/{id}/restart", Right.ALLOCATION_LIFECYCLE, this::restart),
                Route.write("/v1/client/allocation/{id}/signal", Right.ALLOCATION_LIFECYCLE, this::signal));
    }

    private Response stop(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        var id = Given.id(AllocationId::new, request);
        var stopped = region.stopAllocation(id, request.query().flag("no_shutdown_delay"));
        var reply = new TreeMap<String, Object>();
        reply.put("EvalID", stopped.evaluation().value());
        reply.put("Index", stopped.index());
        return reads.written(reply, stopped.index());
    }

    private Response restart(Request request) throws Refused {
        var allocation = Here.allocation(region, node, request);
        var body = body(request);
        var task = text(body, "TaskName");
        boolean all = Boolean.TRUE.equals(body.get("AllTasks"));
        if (all && task.isPresent()) {
            throw Refused.invalid("TaskName and AllTasks exclude each other; give one of them");
        }
        checkTask(allocation, task);
        var here = Here.node(node, allocation);
        refuse(all ? here.restartAll(allocation.id()) : here.restart(allocation.id(), task, "User requested restart"));
        return Reads.json(new TreeMap<String, Object>());
    }

    private Response signal(Request request) throws Refused {
        var allocation = Here.allocation(region, node, request);
        var body = body(request);
        var task = text(body, "Task");
        var name = text(body, "Signal").orElse("SIGKILL");
        var signal = Signal.parse(name)
                .orElseThrow(() ->
                        Refused.invalid("signal \"" + name + "\" is not known: use a name such as SIGTERM or SIGHUP"));
        checkTask(allocation, task);
        refuse(Here.node(node, allocation).signal(allocation.id(), task, signal.name()));
        return Reads.json(new TreeMap<String, Object>());
    }

    private static Map<String, Object> body(Request request) throws Refused {
        return request.body().isEmpty() ? Map.of() : JobBodies.object(request.requiredBody());
    }

    private static Optional<String> text(Map<String, Object> body, String name) {
        return Optional.ofNullable(body.get(name)).map(String::valueOf).filter(value -> !value.isEmpty());
    }

    private static void checkTask(Allocation allocation, Optional<String> task) throws Refused {
        var tasks = allocation.client().taskStates().keySet();
        if (task.isPresent() && !tasks.contains(task.get())) {
            throw Refused.notFound(
                    "unknown task name \"" + task.get() + "\"; the allocation has " + String.join(", ", tasks));
        }
    }

    private static void refuse(Optional<String> reason) throws Refused {
        if (reason.isPresent()) {
            throw Refused.invalid(reason.get());
        }
    }
}
