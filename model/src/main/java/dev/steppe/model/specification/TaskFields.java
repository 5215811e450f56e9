package dev.steppe.model.specification;

import static dev.steppe.model.specification.Row.constructed;
import static dev.steppe.model.specification.Row.later;
import static dev.steppe.model.specification.Row.never;
import static dev.steppe.model.specification.Row.only;
import static dev.steppe.model.specification.Row.works;

import dev.steppe.model.Artifact;
import dev.steppe.model.ChangeScript;
import dev.steppe.model.CsiPlugin;
import dev.steppe.model.DispatchPayload;
import dev.steppe.model.Lifecycle;
import dev.steppe.model.LogConfig;
import dev.steppe.model.Numa;
import dev.steppe.model.RequestedDevice;
import dev.steppe.model.Resources;
import dev.steppe.model.Secret;
import dev.steppe.model.Task;
import dev.steppe.model.TaskAction;
import dev.steppe.model.TaskSchedule;
import dev.steppe.model.TaskScheduleCron;
import dev.steppe.model.Template;
import dev.steppe.model.Vault;
import dev.steppe.model.VolumeMount;
import dev.steppe.model.WaitConfig;
import dev.steppe.model.WorkloadIdentity;
import java.util.List;

/** What Steppe does with tasks and what belongs to one. */
final class TaskFields {
    private static final Answer WORKS = new Answer.Works(List.of(), "");
    private static final Answer NOT_YET = new Answer.Refused(true, "remove it");

    private TaskFields() {}

    static List<Block> blocks() {
        return List.of(
                task(),
                resources(),
                device(),
                Block.whole(Numa.class, "numa", WORKS),
                Block.whole(Lifecycle.class, "lifecycle", WORKS),
                logs(),
                artifact(),
                template(),
                Block.whole(ChangeScript.class, "change_script", WORKS),
                Block.whole(WaitConfig.class, "wait", WORKS),
                volumeMount(),
                vault(),
                Block.whole(WorkloadIdentity.class, "identity", NOT_YET),
                Block.whole(Secret.class, "secret", NOT_YET),
                Block.whole(TaskAction.class, "action", NOT_YET),
                Block.whole(DispatchPayload.class, "dispatch_payload", WORKS),
                Block.whole(CsiPlugin.class, "csi_plugin", NOT_YET),
                Block.whole(TaskSchedule.class, "schedule", NOT_YET),
                Block.whole(TaskScheduleCron.class, "schedule cron", NOT_YET));
    }

    private static Block task() {
        return new Block(
                Task.class,
                "task",
                List.of(
                        works("name", "the label"),
                        works("driver"),
                        works("user"),
                        works("config", "the driver says what may stand in it"),
                        works("env"),
                        works("meta"),
                        works("constraint"),
                        works("affinity"),
                        works("service"),
                        works("resources"),
                        works("restart"),
                        works("kill_timeout"),
                        works("kill_signal"),
                        works("logs"),
                        works("template", "docs/templates.md has the language"),
                        works("consul"),
                        works("lifecycle"),
                        works("leader"),
                        works("shutdown_delay"),
                        works("artifact"),
                        works("volume_mount", "with the drivers exec, java and docker"),
                        works("vault", "on nodes whose configuration names a Vault"),
                        later("identity"),
                        later("secret"),
                        later("action"),
                        works("dispatch_payload", "written into the task's local directory"),
                        later("csi_plugin"),
                        later("schedule"),
                        never("scaling", "remove it; set cpu and memory in resources"),
                        never("kind", "remove it; proxies of the mesh are no tasks here"),
                        constructed("network", "read as the group's network").asExtra()));
    }

    private static Block resources() {
        return new Block(
                Resources.class,
                "resources",
                List.of(
                        works("cpu"),
                        works("memory"),
                        works("memory_max", "where operators let tasks use more than is counted"),
                        works("cores", "cores that no other task uses, in place of cpu"),
                        later("secrets"),
                        works("device", "of those the node's configuration or the machine itself names"),
                        works("numa", "with cores"),
                        never("disk", "use the group's ephemeral_disk block"),
                        constructed("iops", "disk operations are not scheduled").asExtra(),
                        constructed("network", "read as the group's network")));
    }

    private static Block device() {
        return new Block(
                RequestedDevice.class,
                "device",
                List.of(
                        works("name", "the label"),
                        works("count"),
                        works("share", "from 0.01 to 1 of one device, the rest is left to others (no word of Nomad's)"),
                        works("constraint"),
                        works("affinity")));
    }

    private static Block logs() {
        return new Block(
                LogConfig.class,
                "logs",
                List.of(
                        works("max_files", "of each of stdout and stderr"),
                        works("max_file_size", "megabytes"),
                        works("disabled"),
                        constructed("enabled", "read as disabled, the other way round")
                                .asExtra()));
    }

    private static Block artifact() {
        return new Block(
                Artifact.class,
                "artifact",
                List.of(
                        works("source", "http:// and https:// addresses; others are refused by name"),
                        works("destination"),
                        works("mode"),
                        works("options", "checksum, archive and filename; others become parameters of the address"),
                        works("headers", "sent to the source's own host only"),
                        works("insecure"),
                        works(
                                "chown",
                                "files belong to the task's user anyway; for a user of an image write a number")));
    }

    private static Block template() {
        return new Block(
                Template.class,
                "template",
                List.of(
                        works("source"),
                        works("data"),
                        works("destination"),
                        works("change_mode"),
                        works("change_signal"),
                        works("change_script"),
                        works("splay"),
                        works("perms"),
                        works("uid"),
                        works("gid"),
                        works("left_delimiter"),
                        works("right_delimiter"),
                        works("env"),
                        works("once"),
                        works("wait"),
                        works("error_on_missing_key"),
                        constructed("vault_grace", "it has no effect: leases are renewed in time")
                                .asExtra()));
    }

    private static Block volumeMount() {
        return new Block(
                VolumeMount.class,
                "volume_mount",
                List.of(
                        works("volume"),
                        works("destination", "an absolute path beside /alloc, /local and /secrets"),
                        works("read_only"),
                        only(
                                "propagation_mode",
                                List.of("private"),
                                "what is mounted later, there or here, is not passed on"),
                        later("selinux_label")));
    }

    private static Block vault() {
        return new Block(
                Vault.class,
                "vault",
                List.of(
                        works("policies", "what the task's token may; without any it is the policy default"),
                        later("role", "name policies; tokens are made as children of the node's own"),
                        later("namespace", "the node's configuration names the namespace"),
                        only("cluster", List.of("default"), "a region has one store of secrets"),
                        works("env", "as VAULT_TOKEN"),
                        works("change_mode"),
                        works("change_signal"),
                        works("disable_file", "else the token is in secrets/vault_token"),
                        works("allow_token_expiration")));
    }
}
