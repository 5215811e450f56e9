package dev.steppe.cli;

import dev.steppe.cli.access.AclBootstrap;
import dev.steppe.cli.access.AclTokenDelete;
import dev.steppe.cli.access.AclTokenList;
import dev.steppe.cli.access.AclTokenSelf;
import dev.steppe.cli.alloc.AllocChecks;
import dev.steppe.cli.alloc.AllocExec;
import dev.steppe.cli.alloc.AllocFiles;
import dev.steppe.cli.alloc.AllocLogs;
import dev.steppe.cli.alloc.AllocRestart;
import dev.steppe.cli.alloc.AllocSignal;
import dev.steppe.cli.alloc.AllocStatus;
import dev.steppe.cli.alloc.AllocStop;
import dev.steppe.cli.command.Command;
import dev.steppe.cli.data.KeyLock;
import dev.steppe.cli.data.KeyringList;
import dev.steppe.cli.data.KeyringRemove;
import dev.steppe.cli.data.KeyringRotate;
import dev.steppe.cli.data.KvDelete;
import dev.steppe.cli.data.KvExport;
import dev.steppe.cli.data.KvGet;
import dev.steppe.cli.data.KvImport;
import dev.steppe.cli.data.KvPut;
import dev.steppe.cli.data.ServiceInfo;
import dev.steppe.cli.data.ServiceList;
import dev.steppe.cli.data.VarGet;
import dev.steppe.cli.data.VarInit;
import dev.steppe.cli.data.VarList;
import dev.steppe.cli.data.VarLock;
import dev.steppe.cli.data.VarPurge;
import dev.steppe.cli.data.VarPut;
import dev.steppe.cli.deployment.DeploymentDecision;
import dev.steppe.cli.deployment.DeploymentList;
import dev.steppe.cli.deployment.DeploymentStatus;
import dev.steppe.cli.evaluation.EvalDelete;
import dev.steppe.cli.evaluation.EvalList;
import dev.steppe.cli.evaluation.EvalStatus;
import dev.steppe.cli.explain.Explain;
import dev.steppe.cli.format.FormatFiles;
import dev.steppe.cli.job.JobAllocs;
import dev.steppe.cli.job.JobDeployments;
import dev.steppe.cli.job.JobDispatch;
import dev.steppe.cli.job.JobEval;
import dev.steppe.cli.job.JobHistory;
import dev.steppe.cli.job.JobInit;
import dev.steppe.cli.job.JobInspect;
import dev.steppe.cli.job.JobPeriodicForce;
import dev.steppe.cli.job.JobPlan;
import dev.steppe.cli.job.JobRestart;
import dev.steppe.cli.job.JobRevert;
import dev.steppe.cli.job.JobRun;
import dev.steppe.cli.job.JobScale;
import dev.steppe.cli.job.JobScalingEvents;
import dev.steppe.cli.job.JobStart;
import dev.steppe.cli.job.JobStatus;
import dev.steppe.cli.job.JobStop;
import dev.steppe.cli.job.JobTag;
import dev.steppe.cli.job.JobValidate;
import dev.steppe.cli.job.ScalingPolicies;
import dev.steppe.cli.member.AgentInfo;
import dev.steppe.cli.member.AgentReload;
import dev.steppe.cli.member.ForceLeave;
import dev.steppe.cli.member.JoinToken;
import dev.steppe.cli.member.Members;
import dev.steppe.cli.member.ServerJoin;
import dev.steppe.cli.member.ServerMembers;
import dev.steppe.cli.member.Status;
import dev.steppe.cli.mesh.CatalogNodes;
import dev.steppe.cli.mesh.CatalogServices;
import dev.steppe.cli.mesh.CertificateAuthority;
import dev.steppe.cli.mesh.IntentionCheck;
import dev.steppe.cli.mesh.IntentionCreate;
import dev.steppe.cli.mesh.IntentionDelete;
import dev.steppe.cli.mesh.IntentionGet;
import dev.steppe.cli.mesh.IntentionList;
import dev.steppe.cli.node.NodeDrain;
import dev.steppe.cli.node.NodeEligibility;
import dev.steppe.cli.node.NodeMetaApply;
import dev.steppe.cli.node.NodeMetaRead;
import dev.steppe.cli.node.NodePurge;
import dev.steppe.cli.node.NodeStatus;
import dev.steppe.cli.operator.AgentMonitor;
import dev.steppe.cli.operator.AutopilotChange;
import dev.steppe.cli.operator.AutopilotHealth;
import dev.steppe.cli.operator.AutopilotShow;
import dev.steppe.cli.operator.AutopilotState;
import dev.steppe.cli.operator.ConsulKeyring;
import dev.steppe.cli.operator.GossipKey;
import dev.steppe.cli.operator.GossipKeyring;
import dev.steppe.cli.operator.RaftInfo;
import dev.steppe.cli.operator.RaftPeers;
import dev.steppe.cli.operator.RaftRemovePeer;
import dev.steppe.cli.operator.RaftTransfer;
import dev.steppe.cli.operator.SchedulerGetConfig;
import dev.steppe.cli.operator.SchedulerSetConfig;
import dev.steppe.cli.operator.SnapshotInspect;
import dev.steppe.cli.operator.SnapshotRestore;
import dev.steppe.cli.operator.SnapshotSave;
import dev.steppe.cli.operator.SystemCommand;
import dev.steppe.cli.pool.PoolApply;
import dev.steppe.cli.pool.PoolDelete;
import dev.steppe.cli.pool.PoolInfo;
import dev.steppe.cli.pool.PoolInit;
import dev.steppe.cli.pool.PoolList;
import java.util.List;
import java.util.Optional;

/**
 * The table of commands. A switch and not a map, so that starting one command loads the classes of that one only; a test
 * holds it against the list that help shows.
 */
final class Commands {
    private static final int WORDS_MAX = 4;

    private Commands() {}

    /** A new instance of the command of this full name; empty when there is none. */
    static Optional<Command> create(String name) {
        if (name.startsWith("node ")) {
            return ofNodes(name);
        }
        return name.startsWith("job ") || name.startsWith("scaling ") || name.startsWith("deployment ")
                ? ofJobs(name)
                : ofOthers(name);
    }

    private static Optional<Command> ofJobs(String name) {
        return switch (name) {
            case "job run" -> Optional.of(new JobRun());
            case "job status" -> Optional.of(new JobStatus());
            case "job stop" -> Optional.of(new JobStop());
            case "job start" -> Optional.of(new JobStart());
            case "job validate" -> Optional.of(new JobValidate());
            case "job init" -> Optional.of(new JobInit());
            case "job inspect" -> Optional.of(new JobInspect());
            case "job allocs" -> Optional.of(new JobAllocs());
            case "job deployments" -> Optional.of(new JobDeployments());
            case "job promote" -> Optional.of(DeploymentDecision.promoteJob());
            case "deployment list" -> Optional.of(new DeploymentList());
            case "deployment status" -> Optional.of(new DeploymentStatus());
            case "deployment promote" -> Optional.of(DeploymentDecision.promote());
            case "deployment fail" -> Optional.of(DeploymentDecision.fail());
            case "deployment pause" -> Optional.of(DeploymentDecision.pause());
            case "deployment resume" -> Optional.of(DeploymentDecision.resume());
            case "deployment unblock" -> Optional.of(DeploymentDecision.unblock());
            case "job eval" -> Optional.of(new JobEval());
            case "job dispatch" -> Optional.of(new JobDispatch());
            case "job periodic force" -> Optional.of(new JobPeriodicForce());
            case "job restart" -> Optional.of(new JobRestart());
            case "job scale" -> Optional.of(new JobScale());
            case "job scaling-events" -> Optional.of(new JobScalingEvents());
            case "scaling policy list" -> Optional.of(ScalingPolicies.list());
            case "scaling policy info" -> Optional.of(ScalingPolicies.info());
            case "job plan" -> Optional.of(new JobPlan());
            case "job history" -> Optional.of(new JobHistory());
            case "job revert" -> Optional.of(new JobRevert());
            case "job tag apply" -> Optional.of(JobTag.apply());
            case "job tag unset" -> Optional.of(JobTag.unset());
            default -> Optional.empty();
        };
    }

    private static Optional<Command> ofNodes(String name) {
        return switch (name) {
            case "node status" -> Optional.of(new NodeStatus());
            case "node eligibility" -> Optional.of(new NodeEligibility());
            case "node drain" -> Optional.of(new NodeDrain());
            case "node purge" -> Optional.of(new NodePurge());
            case "node meta read" -> Optional.of(new NodeMetaRead());
            case "node meta apply" -> Optional.of(new NodeMetaApply());
            case "node pool init" -> Optional.of(PoolInit.command());
            case "node pool list" -> Optional.of(PoolList.pools());
            case "node pool info" -> Optional.of(new PoolInfo());
            case "node pool apply" -> Optional.of(new PoolApply());
            case "node pool delete" -> Optional.of(new PoolDelete());
            case "node pool nodes" -> Optional.of(PoolList.nodes());
            case "node pool jobs" -> Optional.of(PoolList.jobs());
            default -> Optional.empty();
        };
    }

    /** What is done to the servers themselves. */
    private static Optional<Command> operator(String name) {
        return switch (name) {
            case "operator scheduler get-config" -> Optional.of(new SchedulerGetConfig());
            case "operator scheduler set-config" -> Optional.of(new SchedulerSetConfig());
            case "acl bootstrap" -> Optional.of(new AclBootstrap());
            case "acl token list" -> Optional.of(new AclTokenList());
            case "acl token self" -> Optional.of(new AclTokenSelf());
            case "acl token delete" -> Optional.of(new AclTokenDelete());
            case "operator root keyring list" -> Optional.of(new KeyringList());
            case "operator root keyring rotate" -> Optional.of(new KeyringRotate());
            case "operator root keyring remove" -> Optional.of(new KeyringRemove());
            case "operator keygen", "operator gossip keyring generate", "keygen" -> Optional.of(new GossipKey());
            case "keyring" -> Optional.of(new ConsulKeyring());
            case "operator gossip keyring list" -> Optional.of(GossipKeyring.list());
            case "operator gossip keyring install" -> Optional.of(GossipKeyring.install());
            case "operator gossip keyring use" -> Optional.of(GossipKeyring.use());
            case "operator gossip keyring remove" -> Optional.of(GossipKeyring.remove());
            case "operator raft list-peers" -> Optional.of(new RaftPeers());
            case "operator raft remove-peer" -> Optional.of(new RaftRemovePeer());
            case "operator raft transfer-leadership" -> Optional.of(new RaftTransfer());
            case "operator raft info" -> Optional.of(new RaftInfo());
            case "operator snapshot save" -> Optional.of(new SnapshotSave());
            case "operator snapshot restore" -> Optional.of(new SnapshotRestore());
            case "operator snapshot inspect" -> Optional.of(new SnapshotInspect());
            case "operator autopilot get-config" -> Optional.of(new AutopilotShow());
            case "operator autopilot set-config" -> Optional.of(new AutopilotChange());
            case "operator autopilot health" -> Optional.of(new AutopilotHealth());
            case "operator autopilot state" -> Optional.of(new AutopilotState());
            default -> Optional.empty();
        };
    }

    private static Optional<Command> ofOthers(String name) {
        return switch (name) {
            case "version" -> Optional.of(new Version());
            case "status" -> Optional.of(new Status());
            case "explain" -> Optional.of(new Explain());
            case "fmt" -> Optional.of(new FormatFiles());
            case "system gc" -> Optional.of(SystemCommand.garbage());
            case "system reconcile summaries" -> Optional.of(SystemCommand.summaries());
            case "agent-info" -> Optional.of(new AgentInfo());
            case "monitor" -> Optional.of(new AgentMonitor());
            case "alloc status" -> Optional.of(new AllocStatus());
            case "alloc restart" -> Optional.of(new AllocRestart());
            case "alloc signal" -> Optional.of(new AllocSignal());
            case "alloc stop" -> Optional.of(new AllocStop());
            case "alloc checks" -> Optional.of(new AllocChecks());
            case "alloc fs" -> Optional.of(new AllocFiles());
            case "alloc exec" -> Optional.of(new AllocExec());
            case "alloc logs" -> Optional.of(new AllocLogs());
            case "eval status" -> Optional.of(new EvalStatus());
            case "eval delete" -> Optional.of(new EvalDelete());
            case "eval list" -> Optional.of(new EvalList());
            case "intention create" -> Optional.of(new IntentionCreate());
            case "intention list" -> Optional.of(new IntentionList());
            case "intention get" -> Optional.of(new IntentionGet());
            case "intention check" -> Optional.of(new IntentionCheck());
            case "intention delete" -> Optional.of(new IntentionDelete());
            case "catalog services" -> Optional.of(new CatalogServices());
            case "catalog nodes" -> Optional.of(new CatalogNodes());
            case "connect ca get-config" -> Optional.of(new CertificateAuthority());
            case "server members" -> Optional.of(new ServerMembers());
            case "server join" -> Optional.of(new ServerJoin());
            case "server force-leave" -> Optional.of(ForceLeave.ofNomad());
            case "force-leave" -> Optional.of(ForceLeave.ofConsul());
            case "agent join-token" -> Optional.of(new JoinToken());
            case "reload" -> Optional.of(new AgentReload());
            case "members" -> Optional.of(new Members());
            case "var put" -> Optional.of(new VarPut());
            case "var get" -> Optional.of(new VarGet());
            case "var list" -> Optional.of(new VarList());
            case "var purge" -> Optional.of(new VarPurge());
            case "var init" -> Optional.of(VarInit.command());
            case "var lock" -> Optional.of(new VarLock());
            case "kv get" -> Optional.of(new KvGet());
            case "kv put" -> Optional.of(new KvPut());
            case "kv delete" -> Optional.of(new KvDelete());
            case "kv export" -> Optional.of(new KvExport());
            case "kv import" -> Optional.of(new KvImport());
            case "lock" -> Optional.of(new KeyLock());
            case "service list" -> Optional.of(new ServiceList());
            case "service info" -> Optional.of(new ServiceInfo());
            default -> operator(name);
        };
    }

    /** The full name of the command that the words begin with, short forms resolved; empty when there is none. */
    static String nameIn(List<String> words) {
        for (var count = Math.min(WORDS_MAX, words.size()); count > 0; count--) {
            var name = fullName(String.join(" ", words.subList(0, count)));
            if (create(name).isPresent()) {
                return name;
            }
        }
        return "";
    }

    /** How many of the words named the command. */
    static int wordsOf(List<String> words, String name) {
        for (var count = Math.min(WORDS_MAX, words.size()); count > 0; count--) {
            if (fullName(String.join(" ", words.subList(0, count))).equals(name)) {
                return count;
            }
        }
        return 0;
    }

    /** The full name behind a short form; other names stay. */
    static String fullName(String name) {
        return switch (name) {
            case "run" -> "job run";
            case "stop" -> "job stop";
            case "start" -> "job start";
            case "validate" -> "job validate";
            case "init" -> "job init";
            case "inspect" -> "job inspect";
            case "exec" -> "alloc exec";
            case "plan" -> "job plan";
            case "fs" -> "alloc fs";
            case "logs" -> "alloc logs";
            case "alloc-status" -> "alloc status";
            case "node-status" -> "node status";
            case "node-drain" -> "node drain";
            case "eval-status" -> "eval status";
            case "server-members" -> "server members";
            case "server-join" -> "server join";
            case "server-force-leave" -> "server force-leave";
            case "-v", "-version", "--version" -> "version";
            default -> name;
        };
    }
}
