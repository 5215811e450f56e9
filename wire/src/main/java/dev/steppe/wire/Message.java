package dev.steppe.wire;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.ClientState;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobOrigin;
import dev.steppe.model.JobSpec;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * What a node and a server say to each other on one stream. Names of variants and components are part of the format: they
 * may be added to, never renamed.
 */
public sealed interface Message {

    /** From a node to a server. */
    sealed interface ToServer extends Message {}

    /** From a server to a node. */
    sealed interface ToNode extends Message {}

    /** The first message of a stream: the node registers, or tells that something about it changed. */
    record Hello(NodeSpec node) implements ToServer {}

    /** The node lives. The number comes back with the answer, so that the node knows which of its words was heard. */
    record Heartbeat(NodeId node, long number) implements ToServer {}

    /**
     * What allocations of the node do. The first ones of a stream are about all of them, even if there is none, so a report
     * lost on the way does no harm.
     */
    record Reports(List<Report> reports) implements ToServer {}

    /** The state of one allocation as its node sees it. */
    record Report(AllocationId allocation, ClientState state) {}

    /** A wish for a certificate of an allocation's service; the key never leaves the node. */
    record SignLeaf(String request, AllocationId allocation, String service, byte[] certificateRequest)
            implements ToServer {}

    /**
     * A wish to know something for a task of an allocation of this node, now and after each change, until it is forgotten
     * or the stream ends.
     */
    record WatchData(String request, AllocationId allocation, String task, DataQuery query) implements ToServer {}

    /** The answers to that {@link WatchData} are not needed any more. */
    record ForgetData(String request) implements ToServer {}

    /** What a {@link WatchData} finds now. Sent again when it is different. */
    record DataFound(String request, DataAnswer answer) implements ToNode {}

    /** The server took the node in, and expects a heartbeat after this time. */
    record Welcome(Duration heartbeatEvery) implements ToNode {}

    /** The server heard that heartbeat, and expects the next one after this time. */
    record HeartbeatTaken(long number, Duration next) implements ToNode {}

    /**
     * What the node is to run. The first one of a stream is whole: what it does not name is gone. Later ones carry what
     * changed.
     */
    record Assignments(boolean whole, List<AssignedJob> jobs) implements ToNode {

        private record Version(JobKey job, long version) {}

        /** Says each version of a job once, however many allocations run it. */
        public static Assignments of(boolean whole, List<Assignment> assignments) {
            var perJob = new LinkedHashMap<Version, List<Assignment>>();
            for (Assignment assignment : assignments) {
                var allocation = assignment.allocation();
                perJob.computeIfAbsent(
                                new Version(allocation.jobKey(), allocation.jobVersion()), version -> new ArrayList<>())
                        .add(assignment);
            }
            return new Assignments(
                    whole, perJob.values().stream().map(AssignedJob::of).toList());
        }

        public List<Assignment> assignments() {
            return jobs.stream()
                    .flatMap(job -> job.allocations().stream()
                            .map(allocation -> new Assignment(allocation, job.job(), job.origin())))
                    .toList();
        }
    }

    /** A version of a job, where it comes from, and what the node has of it. */
    record AssignedJob(JobSpec job, JobOrigin origin, List<Allocation> allocations) {
        private static AssignedJob of(List<Assignment> ofOneVersion) {
            var first = ofOneVersion.getFirst();
            return new AssignedJob(
                    first.job(),
                    first.origin(),
                    ofOneVersion.stream().map(Assignment::allocation).toList());
        }
    }

    /** Ends that the log holds now: the node may forget these allocations when it likes. */
    record EndsTaken(List<AllocationId> allocations) implements ToNode {}

    /** An allocation with the job version it runs, and where that job comes from. */
    record Assignment(Allocation allocation, JobSpec job, JobOrigin origin) {}

    /** What the node's proxy is to do, in the neutral proxy configuration's own encoding. */
    record MeshConfiguration(byte[] configuration) implements ToNode {}

    /** The answer to a {@link SignLeaf}: a certificate chain in PEM, or why there is none. */
    record LeafSigned(String request, String chainPem, String refusal) implements ToNode {}

    /** The form in which messages travel. */
    default byte[] encode() {
        return Codec.toBinary(Message.class, this);
    }

    /**
     * Reads the travelling form.
     *
     * @throws CodecException when it is damaged or from a version this program does not know
     */
    static Message decode(byte[] bytes) throws CodecException {
        return Codec.fromBinary(Message.class, bytes);
    }
}
