package dev.steppe.api.nomad;

import dev.steppe.api.LiveCatalog;
import dev.steppe.api.event.EventHistory.Change;
import dev.steppe.model.Allocation;
import dev.steppe.model.Deployment;
import dev.steppe.model.DeploymentId;
import dev.steppe.model.Job;
import dev.steppe.model.JobId;
import dev.steppe.model.Node;
import dev.steppe.model.data.VariableKey;
import dev.steppe.state.Event;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Puts changes of the state into the events of the published stream. For one reader, which asks in order. */
final class EventShapes {
    private final Registrations registrations;

    /** One published event. */
    record StreamEvent(
            String topic,
            String type,
            String key,
            String namespace,
            List<String> filterKeys,
            long index,
            SortedMap<String, Object> payload) {}

    /** One line of the stream. */
    record Line(long index, List<StreamEvent> events) {}

    EventShapes(LiveCatalog catalog) {
        registrations = new Registrations(catalog);
    }

    List<StreamEvent> of(Change change, boolean withServices) {
        var found = new ArrayList<StreamEvent>();
        for (Event event : change.events()) {
            switch (event) {
                case Event.JobChanged(var job) ->
                    found.add(job(job.stop() ? "JobDeregistered" : "JobRegistered", job, change));
                case Event.JobForgotten(var key) ->
                    change.before().job(key).ifPresent(job -> found.add(job("JobDeregistered", job, change)));
                case Event.EvaluationChanged(var evaluation) ->
                    found.add(event(
                            "Evaluation",
                            "EvaluationUpdated",
                            evaluation.id().value(),
                            evaluation.namespace(),
                            keys(evaluation.jobId(), evaluation.deploymentId()),
                            change,
                            evaluation));
                case Event.AllocationChanged(var allocation, var byServer) -> {
                    found.add(event(
                            "Allocation",
                            byServer ? "PlanResult" : "AllocationUpdated",
                            allocation.id().value(),
                            allocation.namespace(),
                            keys(allocation.jobId(), allocation.deploymentId()),
                            change,
                            allocation));
                    if (withServices) {
                        services(allocation, change, found);
                    }
                }
                case Event.DeploymentChanged(var deployment) -> found.add(deployment(deployment, change));
                case Event.NodeChanged(var node) -> found.add(node(node, change));
                case Event.NodeForgotten(var node) ->
                    found.add(event(
                            "Node",
                            "NodeDeregistration",
                            node.id().value(),
                            "",
                            List.of(),
                            change,
                            Shapes.NodeView.of(node)));
                case Event.VariableChanged(var key) -> found.add(variable(key, change));
                case Event.KeyChanged key -> {
                    // the other dialect's, which has no such stream
                }
                case Event.AllocationForgotten forgotten -> {
                    // its end was published when it happened
                }
                case Event.Replaced replaced -> {
                    // readers find the index they know gone and read everything again
                }
                case Event.Other other -> {
                    // nothing of it is published
                }
            }
        }
        return found;
    }

    private static StreamEvent event(
            String topic,
            String type,
            String key,
            String namespace,
            List<String> filterKeys,
            Change change,
            Object payload) {
        var named = new TreeMap<String, Object>();
        named.put(topic, payload);
        return new StreamEvent(topic, type, key, namespace, filterKeys, change.index(), named);
    }

    /** Says which variable changed, never what is in it. */
    private static StreamEvent variable(VariableKey key, Change change) {
        var payload = new TreeMap<String, Object>();
        payload.put("Namespace", key.namespace());
        payload.put("Path", key.path());
        return event("Variable", "VariableUpdated", key.path(), key.namespace(), List.of(), change, payload);
    }

    private static StreamEvent job(String type, Job job, Change change) {
        return event(
                "Job",
                type,
                job.spec().id().value(),
                job.spec().namespace(),
                List.of(),
                change,
                Summaries.view(change.after(), job));
    }

    private static List<String> keys(JobId job, Optional<DeploymentId> deployment) {
        return deployment.map(id -> List.of(job.value(), id.value())).orElse(List.of(job.value()));
    }

    private static StreamEvent deployment(Deployment deployment, Change change) {
        var before = change.before().deployment(deployment.id());
        String type;
        if (before.isEmpty()) {
            type = "PlanResult";
        } else if (before.get().status() != deployment.status()) {
            type = "DeploymentStatusUpdate";
        } else if (before.get().needsPromotion() && !deployment.needsPromotion()) {
            type = "DeploymentPromotion";
        } else {
            type = before.get().progressIndex() == deployment.progressIndex() ? "PlanResult" : "DeploymentAllocHealth";
        }
        return event(
                "Deployment",
                type,
                deployment.id().value(),
                deployment.namespace(),
                List.of(deployment.jobId().value()),
                change,
                deployment);
    }

    private static StreamEvent node(Node node, Change change) {
        var before = change.before().node(node.id());
        String type;
        if (before.isEmpty() || !before.get().spec().equals(node.spec())) {
            type = "NodeRegistration";
        } else if (!before.get().drain().equals(node.drain())) {
            type = "NodeDrain";
        } else if (!before.get().eligibility().equals(node.eligibility())) {
            type = "NodeEligibility";
        } else {
            type = before.get().status() == node.status() ? "NodeRegistration" : "NodeStreamEvent";
        }
        return event("Node", type, node.id().value(), "", List.of(), change, Shapes.NodeView.of(node));
    }

    /** Services follow from allocations, so what came and went shows in what the two states derive. */
    private void services(Allocation allocation, Change change, List<StreamEvent> found) {
        var before = services(change.before(), allocation);
        var after = services(change.after(), allocation);
        after.forEach((id, service) -> {
            if (!service.equals(before.get(id))) {
                found.add(service("ServiceRegistration", service, change));
            }
        });
        before.forEach((id, service) -> {
            if (!after.containsKey(id)) {
                found.add(service("ServiceDeregistration", service, change));
            }
        });
    }

    private SortedMap<String, Shapes.Registration> services(Snapshot snapshot, Allocation changed) {
        var found = new TreeMap<String, Shapes.Registration>();
        Optional<Allocation> there = snapshot.allocation(changed.id());
        boolean serves = there.isPresent() && !there.get().isTerminal();
        if (serves) {
            registrations.of(snapshot, List.of(there.get())).forEach(service -> found.put(service.id(), service));
        }
        return found;
    }

    private static StreamEvent service(String type, Shapes.Registration service, Change change) {
        return event(
                "Service",
                type,
                service.id(),
                service.namespace(),
                List.of(service.jobId(), service.serviceName()),
                change,
                service);
    }
}
