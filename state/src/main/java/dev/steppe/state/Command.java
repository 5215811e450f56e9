package dev.steppe.state;

import dev.steppe.model.AccessToken;
import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.AuthorityRoot;
import dev.steppe.model.AutopilotSettings;
import dev.steppe.model.ClientState;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.Deployment;
import dev.steppe.model.DeploymentId;
import dev.steppe.model.DeploymentStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.DesiredTransition;
import dev.steppe.model.DrainStrategy;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.FederatedRegion;
import dev.steppe.model.Intention;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobOrigin;
import dev.steppe.model.JobSpec;
import dev.steppe.model.JoinToken;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodePool;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.ScalingEvent;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.model.ServerMember;
import dev.steppe.model.Submission;
import dev.steppe.model.VersionTag;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.model.data.Ciphertext;
import dev.steppe.model.data.KeyOperation;
import dev.steppe.model.data.Session;
import dev.steppe.model.data.VariableKey;
import dev.steppe.model.data.VariableLock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What the leader decided: ids, times and random values are already inside. It is replicated, and applying it is total
 * and deterministic. A variant's name and its components' names are part of the log's format: they may be added to, never
 * renamed.
 */
public sealed interface Command {

    /** When the leader decided. */
    Instant at();

    /** The format of the log of which it is a part. Not proposed, and not carried out, before servers agreed on it. */
    default int format() {
        return LogFormat.FIRST;
    }

    /**
     * A job is to run as specified. Refused when {@code enforceIndex} is present and is not the registered job's
     * modification index (0: not registered yet).
     */
    record RegisterJob(
            JobSpec spec,
            Optional<Long> enforceIndex,
            Optional<Submission> submission,
            Optional<Evaluation> evaluation,
            Instant at)
            implements Command {

        /** Of a job whose source is not kept. */
        public RegisterJob(JobSpec spec, Optional<Long> enforceIndex, Optional<Evaluation> evaluation, Instant at) {
            this(spec, enforceIndex, Optional.empty(), evaluation, at);
        }
    }

    /** A job is to stop; with {@code purge} it is also forgotten. */
    record DeregisterJob(String namespace, JobId job, boolean purge, Optional<Evaluation> evaluation, Instant at)
            implements Command {
        public JobKey key() {
            return new JobKey(namespace, job);
        }
    }

    /** A version of a job gets a name, or loses its name. Refused when another version has it. */
    record TagVersion(String namespace, JobId job, long version, Optional<VersionTag> tag, Instant at)
            implements Command {
        public JobKey key() {
            return new JobKey(namespace, job);
        }
    }

    /**
     * A node tells what it has. It is ready from then on, unless it was away: then it is first asked what became of its
     * allocations.
     */
    record RegisterNode(NodeSpec spec, List<Evaluation> evaluations, Instant at) implements Command {}

    /** A node came, went silent or left. */
    record SetNodeStatus(NodeId node, NodeStatus status, String reason, List<Evaluation> evaluations, Instant at)
            implements Command {}

    /** A node may ({@code eligible}) or may not ({@code ineligible}) get new allocations. */
    record SetNodeEligibility(NodeId node, String eligibility, List<Evaluation> evaluations, Instant at)
            implements Command {}

    /** A node is to be emptied, or to be emptied in another way; it gets nothing new from then on. */
    record DrainNode(
            NodeId node,
            DrainStrategy strategy,
            SortedMap<String, String> meta,
            List<Evaluation> evaluations,
            Instant at)
            implements Command {}

    /**
     * A node is not emptied any more: it is empty ({@code complete}), or somebody called it off. {@code details} are for
     * the node's events.
     */
    record EndDrain(
            NodeId node,
            boolean complete,
            boolean eligible,
            SortedMap<String, String> meta,
            SortedMap<String, String> details,
            List<Evaluation> evaluations,
            Instant at)
            implements Command {}

    /** Nodes are forgotten; what ran there is lost. One that comes back registers anew. */
    record RemoveNodes(List<NodeId> nodes, List<Evaluation> evaluations, Instant at) implements Command {}

    /** A pool of nodes is new or has other words. Refused for those that are always there. */
    record PutNodePool(NodePool pool, Instant at) implements Command {}

    /** A pool of nodes is gone. Refused while a node or an unfinished job is in it. */
    record DeleteNodePool(String name, Instant at) implements Command {}

    /** Evaluations are new or changed. */
    record PutEvaluations(List<Evaluation> evaluations, Instant at) implements Command {}

    /** A scheduler's plan, verified against the newest state. */
    record ApplyPlan(
            Placements placed,
            List<Stop> stopped,
            List<Move> moved,
            List<Evaluation> evaluations,
            Optional<Deployment> deployment,
            List<DeploymentEnd> ended,
            Instant at)
            implements Command {

        /** Of a plan that neither begins nor ends a deployment. */
        public ApplyPlan(
                List<Allocation> placed,
                List<Stop> stopped,
                List<Move> moved,
                List<Evaluation> evaluations,
                Instant at) {
            this(Placements.of(placed), stopped, moved, evaluations, Optional.empty(), List.of(), at);
        }
    }

    /**
     * An allocation of a plan that is to end, or whose node is gone ({@code lost}), or that has to make room for another
     * ({@code preemptedBy}).
     */
    record Stop(
            AllocationId allocation,
            DesiredStatus desired,
            String reason,
            Optional<ClientStatus> client,
            Optional<AllocationId> preemptedBy) {

        /** Makes room for nobody. */
        public Stop(AllocationId allocation, DesiredStatus desired, String reason, Optional<ClientStatus> client) {
            this(allocation, desired, reason, client, Optional.empty());
        }
    }

    /** Placements are decided otherwise. Refused when {@code checkIndex} is present and is not its modification index. */
    record SetSchedulerConfiguration(SchedulerConfiguration configuration, Optional<Long> checkIndex, Instant at)
            implements Command {}

    /**
     * An allocation of a plan that goes over to another version of its job without being replaced. With an {@code epoch}
     * it is the live instance of its name again, in place of the one that had replaced it.
     */
    record Move(
            AllocationId allocation,
            long jobVersion,
            EvaluationId evaluation,
            Optional<Long> epoch,
            Optional<DeploymentId> deployment) {}

    /** A deployment that a plan found to be over. */
    record DeploymentEnd(DeploymentId deployment, DeploymentStatus status, String description) {}

    /** A deployment is to wait, or to go on. Refused when it is over. */
    record PauseDeployment(DeploymentId deployment, boolean pause, List<Evaluation> evaluations, Instant at)
            implements Command {}

    /** The canaries of groups are approved. Refused when not all of them are healthy. */
    record PromoteDeployment(DeploymentId deployment, List<String> groups, List<Evaluation> evaluations, Instant at)
            implements Command {}

    /** A deployment failed; with {@code revertTo}, that version of its job is registered anew. Refused when it is over. */
    record FailDeployment(
            DeploymentId deployment,
            String description,
            Optional<Long> revertTo,
            List<Evaluation> evaluations,
            Instant at)
            implements Command {}

    /** Somebody says which allocations of a deployment are healthy and which are not. */
    record JudgeAllocations(
            DeploymentId deployment,
            List<AllocationId> healthy,
            List<AllocationId> unhealthy,
            List<Evaluation> evaluations,
            Instant at)
            implements Command {}

    /** A version of a job is known to work, or not to. */
    record SetJobStable(String namespace, JobId job, long version, boolean stable, Instant at) implements Command {
        public JobKey key() {
            return new JobKey(namespace, job);
        }
    }

    /** More is asked of allocations beside their job. */
    record SetTransitions(
            List<AllocationId> allocations, DesiredTransition transition, List<Evaluation> evaluations, Instant at)
            implements Command {}

    /** Nodes report what their allocations do. */
    record ReportAllocations(List<Report> reports, List<Evaluation> evaluations, Instant at) implements Command {}

    /** A node's report of one allocation. */
    record Report(AllocationId allocation, ClientState state) {}

    /** An intention is new or changed; there is one per pair of source and destination. */
    record PutIntention(Intention intention, Instant at) implements Command {}

    /** An intention is gone. Refused when there is none for the pair. */
    record DeleteIntention(String source, String destination, Instant at) implements Command {}

    /** A root of the certificate authority is new; when active, the one before is not any more. */
    record PutRoot(AuthorityRoot root, Instant at) implements Command {}

    /**
     * A variable is new or has new content. Refused when {@code checkIndex} is present and is not its modification index
     * (0: not there yet), and when it is not locked by {@code lock} (empty: not locked).
     */
    record PutVariable(VariableKey key, Ciphertext items, Optional<Long> checkIndex, String lock, Instant at)
            implements Command {}

    /** A variable is gone; refused as a {@link PutVariable}. */
    record DeleteVariable(VariableKey key, Optional<Long> checkIndex, String lock, Instant at) implements Command {}

    /**
     * A variable is locked, and made when it is not there; with {@code keepItems} the content of one that is there stays.
     * Refused while somebody else holds or just lost it.
     */
    record LockVariable(VariableKey key, Ciphertext items, boolean keepItems, VariableLock lock, Instant at)
            implements Command {}

    /** A variable's lock was released, or is {@code lost}: not renewed in time. */
    record UnlockVariable(VariableKey key, String lock, boolean lost, Instant at) implements Command {}

    /** A key seals from now on; with {@code rekey} what older ones sealed is to be sealed anew. */
    record PutDataKey(String id, Ciphertext wrapped, boolean rekey, Instant at) implements Command {}

    /** Variables are sealed under another key, and keys that nothing is sealed with any more are done. */
    record ResealVariables(List<Resealed> variables, List<String> done, Instant at) implements Command {}

    /** A variable as it was at that index, under another key. */
    record Resealed(VariableKey key, long modifyIndex, Ciphertext items) {}

    /** A data key is forgotten; refused while something is sealed with it, unless forced. */
    record RemoveDataKey(String id, boolean force, Instant at) implements Command {}

    /** A transaction on keys: all of it, or nothing. */
    record ChangeKeys(List<KeyOperation> operations, Instant at) implements Command {}

    /** A session begins. */
    record CreateSession(Session session, Instant at) implements Command {}

    /** A session ends and lets go of its keys. Refused when there is none. */
    record DestroySession(String session, Instant at) implements Command {}

    /** Keys removed up to that index need not be remembered any more. */
    record ReapTombstones(long upTo, Instant at) implements Command {}

    /**
     * The time {@code launch} of a periodic job has come, or somebody wants a launch now ({@code forced}). Refused when
     * launches up to that time are decided already, or the job changed since {@code parentIndex}. Without a child the
     * time passes without a launch; a child that is there already is left alone.
     */
    record LaunchPeriodic(
            String namespace,
            JobId parent,
            long parentIndex,
            Instant launch,
            boolean forced,
            Optional<JobSpec> child,
            Optional<Evaluation> evaluation,
            Instant at)
            implements Command {
        public JobKey key() {
            return new JobKey(namespace, parent);
        }
    }

    /** A parameterized job is launched. Refused when the job changed since, or a launch has the same token already. */
    record DispatchJob(
            String namespace,
            JobId parent,
            long parentIndex,
            JobSpec child,
            JobOrigin origin,
            Optional<Evaluation> evaluation,
            Instant at)
            implements Command {
        public JobKey key() {
            return new JobKey(namespace, parent);
        }
    }

    /** The count of a group changes if the event has one; the event is remembered. Index as in {@link RegisterJob}. */
    record ScaleJob(
            String namespace,
            JobId job,
            String group,
            ScalingEvent event,
            Optional<Long> enforceIndex,
            Optional<Evaluation> evaluation,
            Instant at)
            implements Command {
        public JobKey key() {
            return new JobKey(namespace, job);
        }
    }

    /** Agents may join with a token. Tokens that have expired are forgotten with it. */
    record PutJoinToken(JoinToken token, Instant at) implements Command {}

    /** An agent joins with the token of this digest. Refused when there is none, it has expired or is used up. */
    record UseJoinToken(String digest, Instant at) implements Command {}

    /** A server is new, or tells something new of itself. */
    record PutServer(ServerMember server, Instant at) implements Command {}

    /** A server is gone for good. Refused when there is none of that id. */
    record RemoveServer(String id, Instant at) implements Command {}

    /** Another region is new, or something of it is. */
    record PutRegion(FederatedRegion region, Instant at) implements Command {}

    /** Another region is not known any more. Refused when there is none of that name. */
    record RemoveRegion(String name, Instant at) implements Command {}

    /** The servers take care of themselves otherwise. Refused when {@code checkIndex} is not the index of what holds. */
    record PutAutopilot(AutopilotSettings settings, Optional<Long> checkIndex, Instant at) implements Command {}

    /**
     * A part of an archived state, in order; the last one replaces the whole state. Refused when it is not the next part
     * of the archive whose first part came last, when the parts are no state, and when they are not what the name says.
     */
    record RestorePart(String archive, long part, long parts, byte[] content, Instant at) implements Command {
        /** That of the state which begins here. */
        @Override
        public int format() {
            return part == 0 ? SnapshotFile.formatOf(content) : LogFormat.FIRST;
        }

        /** The name of an archive whose parts together have this SHA-256 in hex, sent at this attempt. */
        public static String named(String digest, String attempt) {
            return "sha256-" + digest + "-" + attempt;
        }

        @Override
        public String toString() {
            return "RestorePart(" + archive + ", " + part + " of " + parts + ")";
        }
    }

    /** All servers understand this format of the log, and it holds from here on. A lower one changes nothing. */
    record RaiseFormat(int to, Instant at) implements Command {}

    /**
     * A token that may do everything is new. One that nobody vouched for ({@code first}) is refused where there are some,
     * unless {@code reset} is the index of the newest.
     */
    record PutAccessToken(AccessToken token, boolean first, Optional<Long> reset, Instant at) implements Command {
        @Override
        public int format() {
            return 2;
        }
    }

    /** A token may do nothing any more. Refused when there is none of that name. */
    record DeleteAccessToken(String accessorId, Instant at) implements Command {
        @Override
        public int format() {
            return 2;
        }
    }

    /** The parts of an archive that nobody completes are forgotten. Refused when it is not the one that is being restored. */
    record DropRestore(String archive, Instant at) implements Command {
        @Override
        public int format() {
            return 2;
        }
    }

    /** Things that ended long ago are forgotten. */
    record Collect(
            List<EvaluationId> evaluations,
            List<AllocationId> allocations,
            List<JobKey> jobs,
            List<DeploymentId> deployments,
            Instant at)
            implements Command {}

    /** The form in which commands are replicated. */
    default byte[] encode() {
        return Codec.toBinary(Command.class, this);
    }

    /**
     * Reads the replicated form.
     *
     * @throws CodecException when it is damaged or from a version this program does not know
     */
    static Command decode(byte[] bytes) throws CodecException {
        return Codec.fromBinary(Command.class, bytes);
    }
}
