package dev.steppe.model.specification;

import static dev.steppe.model.specification.Row.constructed;
import static dev.steppe.model.specification.Row.later;
import static dev.steppe.model.specification.Row.never;
import static dev.steppe.model.specification.Row.only;
import static dev.steppe.model.specification.Row.works;

import dev.steppe.model.Affinity;
import dev.steppe.model.CniConfig;
import dev.steppe.model.Constraint;
import dev.steppe.model.ConsulOptions;
import dev.steppe.model.DisconnectStrategy;
import dev.steppe.model.DnsConfig;
import dev.steppe.model.EphemeralDisk;
import dev.steppe.model.JobSpec;
import dev.steppe.model.JobUi;
import dev.steppe.model.JobUiLink;
import dev.steppe.model.MigrateStrategy;
import dev.steppe.model.MountOptions;
import dev.steppe.model.Multiregion;
import dev.steppe.model.MultiregionRegion;
import dev.steppe.model.MultiregionStrategy;
import dev.steppe.model.NetworkResource;
import dev.steppe.model.ParameterizedConfig;
import dev.steppe.model.PeriodicConfig;
import dev.steppe.model.Port;
import dev.steppe.model.ReschedulePolicy;
import dev.steppe.model.RestartPolicy;
import dev.steppe.model.ScalingPolicy;
import dev.steppe.model.Spread;
import dev.steppe.model.SpreadTarget;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.UpdateStrategy;
import dev.steppe.model.VolumeRequest;
import java.util.List;

/** What Steppe does with jobs, groups and what decides where and how they run. */
final class JobFields {
    private static final Answer WORKS = new Answer.Works(List.of(), "");
    private static final Answer NOT_YET = new Answer.Refused(true, "remove it");
    private static final String ONE_CLUSTER = "remove it; a region has one catalog";

    private JobFields() {}

    static List<Block> blocks() {
        return List.of(
                job(),
                group(),
                update(),
                restart(),
                Block.whole(ReschedulePolicy.class, "reschedule", WORKS),
                migrate(),
                Block.whole(DisconnectStrategy.class, "disconnect", WORKS),
                Block.whole(Constraint.class, "constraint", WORKS),
                Block.whole(Affinity.class, "affinity", WORKS),
                Block.whole(Spread.class, "spread", WORKS),
                Block.whole(SpreadTarget.class, "target", WORKS),
                network(),
                port(),
                Block.whole(DnsConfig.class, "dns", WORKS),
                Block.whole(CniConfig.class, "cni", WORKS),
                disk(),
                volume(),
                Block.whole(MountOptions.class, "mount_options", NOT_YET),
                periodic(),
                Block.whole(ParameterizedConfig.class, "parameterized", WORKS),
                Block.whole(ScalingPolicy.class, "scaling", WORKS),
                consul(),
                Block.whole(JobUi.class, "ui", WORKS),
                Block.whole(JobUiLink.class, "link", WORKS),
                Block.whole(Multiregion.class, "multiregion", NOT_YET),
                Block.whole(MultiregionStrategy.class, "multiregion strategy", NOT_YET),
                Block.whole(MultiregionRegion.class, "multiregion region", NOT_YET));
    }

    private static Block job() {
        return new Block(
                JobSpec.class,
                "job",
                List.of(
                        works("id", "the label"),
                        works("name"),
                        works("region"),
                        only("namespace", List.of("default")),
                        works("type"),
                        works("priority"),
                        works("all_at_once", "places all that is missing, or nothing until there is room for all"),
                        works("datacenters"),
                        works("node_pool"),
                        works("constraint"),
                        works("affinity"),
                        works("spread"),
                        works("group"),
                        works("update", "for all groups"),
                        works("reschedule", "for all groups").asExtra(),
                        works("migrate", "for all groups").asExtra(),
                        works("task", "a group of its own").asExtra(),
                        works("vault", "for all tasks").asExtra(),
                        later("secret").asExtra(),
                        works("periodic", "launches a job of its own each time"),
                        works("parameterized", "steppe job dispatch launches it"),
                        later("multiregion", "remove it; register the job in each region"),
                        works("ui", "kept, and shown where the job is"),
                        works("meta"),
                        never("consul_token", "remove it; tasks have identities of their own")
                                .asExtra(),
                        never("vault_token", "remove it; tasks have identities of their own")
                                .asExtra()));
    }

    private static Block group() {
        return new Block(
                TaskGroup.class,
                "group",
                List.of(
                        works("name", "the label"),
                        works("count"),
                        works("constraint"),
                        works("affinity"),
                        works("spread"),
                        works("task"),
                        works("service"),
                        works("network", "at most one"),
                        works("restart"),
                        works("reschedule"),
                        works("update"),
                        works("migrate"),
                        works("ephemeral_disk"),
                        works("meta"),
                        works("consul"),
                        works("volume"),
                        works("shutdown_delay"),
                        works("max_run_duration", "from its beginning on a node; then it is ended, and complete"),
                        works("scaling", "bounds of steppe job scale and of autoscalers"),
                        works("disconnect"),
                        constructed("stop_after_client_disconnect", "read as disconnect { stop_on_client_after }")
                                .asExtra(),
                        constructed("max_client_disconnect", "read as disconnect { lost_after }")
                                .asExtra(),
                        constructed("prevent_reschedule_on_lost", "read as disconnect { replace = false }")
                                .asExtra()));
    }

    private static Block periodic() {
        return new Block(
                PeriodicConfig.class,
                "periodic",
                List.of(
                        works("enabled"),
                        works("cron", "the old form, one expression"),
                        works("crons", "5 fields, a sixth for the year, with seven a first for the second; @daily"),
                        only("spec_type", List.of("cron")),
                        works("prohibit_overlap"),
                        works("time_zone", "what becomes of times that a clock skips or repeats: docs/job-files.md")));
    }

    private static Block update() {
        return new Block(
                UpdateStrategy.class,
                "update",
                List.of(
                        works("max_parallel"),
                        works("health_check"),
                        works("min_healthy_time"),
                        works("healthy_deadline"),
                        works("progress_deadline", "from the beginning of the deployment and each healthy instance"),
                        works("canary", "for system jobs a percentage of the nodes"),
                        works("auto_revert", "to the newest earlier version whose deployment succeeded"),
                        works("auto_promote"),
                        constructed("stagger", "the next instance is replaced as soon as the one before is healthy")));
    }

    private static Block restart() {
        return new Block(
                RestartPolicy.class,
                "restart",
                List.of(
                        works("attempts"),
                        works("interval"),
                        works("delay"),
                        works("mode"),
                        constructed("render_templates", "templates follow their data all the time")));
    }

    private static Block migrate() {
        return new Block(
                MigrateStrategy.class,
                "migrate",
                List.of(
                        works("max_parallel"),
                        works("health_check"),
                        works("min_healthy_time"),
                        works("healthy_deadline")));
    }

    private static Block network() {
        return new Block(
                NetworkResource.class,
                "network",
                List.of(
                        works("mode", "host, bridge, none or cni/NAME, a network of the node's CNI plug-ins"),
                        works("port").asExtra(),
                        works("dns"),
                        later("hostname"),
                        works("cni", "with mode cni/NAME"),
                        constructed("mbits", "bandwidth is not scheduled"),
                        never("device", "remove it; the node chooses"),
                        never("cidr", "remove it; the node chooses"),
                        never("ip", "remove it; the node chooses"),
                        constructed("reserved_ports", "read as port with static")
                                .asExtra()));
    }

    private static Block port() {
        return new Block(
                Port.class,
                "port",
                List.of(
                        works("label", "the label"),
                        works("static"),
                        works("to"),
                        works("host_network"),
                        works("ignore_collision", "a static port that others may hold too")));
    }

    private static Block disk() {
        return new Block(
                EphemeralDisk.class,
                "ephemeral_disk",
                List.of(
                        works("size"),
                        works("sticky", "a replacement prefers the node and gets alloc/data and each task's local"),
                        works(
                                "migrate",
                                "sticky, and the data follows to another node, up to size; docs/job-files.md")));
    }

    private static Block volume() {
        return new Block(
                VolumeRequest.class,
                "volume",
                List.of(
                        works("name", "the label"),
                        only("type", List.of("host"), "a directory the node names with host_volume; CSI is planned"),
                        works("source", "the name the node's configuration gives it: client { host_volume \"...\" }"),
                        works("read_only", "without it only nodes whose volume can be written fit"),
                        later("sticky", "remove it; a constraint on the node keeps an instance with its files"),
                        later("per_alloc", "remove it; every instance mounts the volume of its node"),
                        only(
                                "access_mode",
                                List.of("single-node-reader-only", "single-node-multi-writer"),
                                "tasks share a volume of the host"),
                        only("attachment_mode", List.of("file-system")),
                        later("mount_options")));
    }

    private static Block consul() {
        return new Block(
                ConsulOptions.class,
                "consul",
                List.of(
                        only("cluster", List.of("default"), ONE_CLUSTER),
                        only("namespace", List.of("default"), ONE_CLUSTER),
                        only("partition", List.of("default"), ONE_CLUSTER)));
    }
}
