package dev.steppe.api.nomad;

import dev.steppe.api.JobStatus;
import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.DeploymentId;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.Job;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.scheduler.FollowUps;
import dev.steppe.state.Snapshot;
import java.util.Collections;
import java.util.Comparator;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The short forms of nouns in lists. Pure. */
final class Stubs {
    private Stubs() {}

    static Shapes.JobStub of(Snapshot snapshot, Job job, boolean withMeta) {
        var spec = job.spec();
        return new Shapes.JobStub(
                spec.id().value(),
                job.origin().parentId(),
                spec.name(),
                spec.namespace(),
                spec.datacenters(),
                spec.nodePool(),
                Words.of(spec.type()),
                spec.priority(),
                spec.periodic().isPresent(),
                job.isParameterized(),
                job.stop(),
                JobStatus.of(snapshot, job),
                "",
                Summaries.summary(snapshot, job),
                job.createIndex(),
                job.modifyIndex(),
                job.jobModifyIndex(),
                job.submitTime(),
                withMeta ? spec.meta() : Collections.emptySortedMap());
    }

    static Shapes.AllocationStub of(
            Snapshot snapshot,
            FollowUps followUps,
            Allocation allocation,
            boolean withResources,
            boolean withTaskStates) {
        var client = allocation.client();
        return new Shapes.AllocationStub(
                allocation.id().value(),
                allocation.evaluationId().value(),
                allocation.name(),
                allocation.namespace(),
                allocation.nodeId().value(),
                allocation.nodeName(),
                allocation.jobId().value(),
                snapshot.jobOf(allocation)
                        .map(job -> Words.of(job.spec().type()))
                        .orElse(""),
                allocation.jobVersion(),
                allocation.taskGroup(),
                withResources ? Optional.of(allocation.allocatedResources()) : Optional.empty(),
                Words.of(allocation.desiredStatus()),
                allocation.desiredDescription(),
                Words.of(client.status()),
                client.description(),
                withTaskStates ? client.taskStates() : Collections.emptySortedMap(),
                client.health(),
                allocation.deploymentId(),
                followUps.of(allocation).map(EvaluationId::value).orElse(""),
                allocation.rescheduleTracker(),
                allocation.next().map(AllocationId::value).orElse(""),
                allocation.preemptedAllocations(),
                allocation.preemptedBy().map(AllocationId::value).orElse(""),
                allocation.createIndex(),
                allocation.modifyIndex(),
                allocation.createTime(),
                allocation.modifyTime());
    }

    static Shapes.AllocationView view(Snapshot snapshot, FollowUps followUps, Allocation allocation) {
        return new Shapes.AllocationView(
                allocation,
                snapshot.jobOf(allocation).map(job -> Summaries.view(snapshot, job)),
                followUps.of(allocation).map(EvaluationId::value).orElse(""));
    }

    /** An evaluation with the one it came of, and those that came of it. */
    static Shapes.EvaluationView related(Snapshot snapshot, Evaluation evaluation) {
        var named = Stream.of(evaluation.previous(), evaluation.next(), evaluation.blocked())
                .flatMap(Optional::stream)
                .flatMap(it -> snapshot.evaluation(it).stream());
        var successors = snapshot.evaluationsOf(evaluation.jobKey()).stream()
                .filter(it -> it.previous().equals(Optional.of(evaluation.id())));
        return new Shapes.EvaluationView(
                evaluation,
                Stream.concat(named, successors)
                        .distinct()
                        .sorted(Comparator.comparingLong(Evaluation::createIndex))
                        .map(Stubs::of)
                        .toList());
    }

    private static Shapes.EvaluationStub of(Evaluation evaluation) {
        return new Shapes.EvaluationStub(
                evaluation.id().value(),
                evaluation.priority(),
                Words.of(evaluation.type()),
                evaluation.triggeredBy(),
                evaluation.namespace(),
                evaluation.jobId().value(),
                evaluation.nodeId().map(NodeId::value).orElse(""),
                evaluation.deploymentId().map(DeploymentId::value).orElse(""),
                Words.of(evaluation.status()),
                evaluation.statusDescription(),
                evaluation.waitUntil(),
                evaluation.next().map(EvaluationId::value).orElse(""),
                evaluation.previous().map(EvaluationId::value).orElse(""),
                evaluation.blocked().map(EvaluationId::value).orElse(""),
                evaluation.createIndex(),
                evaluation.modifyIndex(),
                evaluation.createTime(),
                evaluation.modifyTime());
    }

    static Shapes.NodeStub of(Node node, boolean withResources, boolean withSystem) {
        var spec = node.spec();
        var system = new TreeMap<String, String>();
        if (withSystem) {
            spec.attributes().forEach((name, value) -> {
                if (name.startsWith("os.") || name.startsWith("kernel.")) {
                    system.put(name, value);
                }
            });
        }
        return new Shapes.NodeStub(
                spec.address(),
                spec.id().value(),
                system,
                spec.datacenter(),
                spec.name(),
                spec.nodeClass(),
                spec.nodePool(),
                spec.attributes().getOrDefault("nomad.version", ""),
                node.drain().isPresent(),
                node.eligibility(),
                Words.of(node.status()),
                node.statusDescription(),
                spec.drivers(),
                withResources ? Optional.of(spec.capacity()) : Optional.empty(),
                node.lastDrain(),
                node.createIndex(),
                node.modifyIndex());
    }
}
