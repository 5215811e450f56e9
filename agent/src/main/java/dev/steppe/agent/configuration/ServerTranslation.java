package dev.steppe.agent.configuration;

import dev.steppe.language.value.Value;
import dev.steppe.model.AutopilotSettings;
import dev.steppe.model.SchedulerConfiguration;
import java.time.Duration;
import java.util.Optional;

/** What files of both dialects say about a server. For one thread. */
final class ServerTranslation {
    private static final Duration KEEP_JOBS = Duration.ofHours(4);
    private static final int SNAPSHOTS_KEPT = 30;
    private static final int HEARTBEATS_PER_SECOND = 1_000;
    private static final int SERVERS_MAX = 9;

    private final Written nomad;
    private final Written consul;
    private final Findings findings;
    private final Both both;
    private final boolean development;

    ServerTranslation(Both both, boolean development) {
        this.both = both;
        this.nomad = both.nomad();
        this.consul = both.consul();
        this.findings = both.findings();
        this.development = development;
    }

    ServerSettings settings() {
        var consulServer = consul.value("server", Reading::flag);
        var nomadServer = nomad.value("server.enabled", Reading::flag);
        boolean enabled = nomadServer.orElse(false)
                || consulServer.orElse(development && nomadServer.isEmpty() && consulServer.isEmpty());
        return new ServerSettings(
                enabled,
                bootstrapExpect(),
                nomad.value("server.data_dir", Reading::absolutePath),
                nomad.value("server.min_heartbeat_ttl", Translation::positive).orElse(Duration.ofSeconds(5)),
                nomad.value("server.heartbeat_grace", Translation::positive).orElse(Duration.ofSeconds(10)),
                nomad.value("server.max_heartbeats_per_second", Reading::count).orElse(HEARTBEATS_PER_SECOND),
                nomad.value("server.failover_heartbeat_ttl", Translation::positive)
                        .orElse(Duration.ofSeconds(60)),
                nomad.value("server.job_gc_interval", Translation::positive).orElse(Duration.ofMinutes(1)),
                nomad.value("server.job_gc_threshold", Translation::positive).orElse(KEEP_JOBS),
                nomad.value("server.eval_gc_threshold", Translation::positive).orElse(Duration.ofHours(1)),
                nomad.value("server.batch_eval_gc_threshold", Translation::positive)
                        .orElse(Duration.ofHours(24)),
                nomad.value("server.deployment_gc_threshold", Translation::positive)
                        .orElse(Duration.ofHours(1)),
                nomad.value("server.node_gc_threshold", Translation::positive).orElse(Duration.ofHours(24)),
                scheduling("server.default_scheduler_config."),
                autopilot(),
                snapshots("server.snapshots."));
    }

    private Optional<SnapshotSettings> snapshots(String block) {
        int retain =
                nomad.value(block + "retain", ServerTranslation::atLeastOne).orElse(SNAPSHOTS_KEPT);
        var directory = nomad.value(block + "directory", Reading::absolutePath);
        var name = nomad.value(block + "name", Translation::label).orElse("steppe");
        return nomad.value(block + "interval", Translation::positive)
                .map(interval -> new SnapshotSettings(interval, retain, directory, name));
    }

    private static int atLeastOne(Value value) throws RefusedValueException {
        int count = Reading.count(value);
        if (count < 1) {
            throw new RefusedValueException("must be at least 1");
        }
        return count;
    }

    private SchedulerConfiguration scheduling(String block) {
        var usual = SchedulerConfiguration.standard();
        return new SchedulerConfiguration(
                nomad.value(block + "scheduler_algorithm", ServerTranslation::algorithm)
                        .orElse(usual.algorithm()),
                new SchedulerConfiguration.Preemption(
                        flag(block + "preemption_config.system_scheduler_enabled", true),
                        flag(block + "preemption_config.sysbatch_scheduler_enabled", false),
                        flag(block + "preemption_config.batch_scheduler_enabled", false),
                        flag(block + "preemption_config.service_scheduler_enabled", false)),
                flag(block + "memory_oversubscription_enabled", false),
                flag(block + "reject_job_registration", false),
                flag(block + "pause_eval_broker", false),
                usual.nodeLimitForFeasibilityChecks(),
                0,
                0);
    }

    private AutopilotSettings autopilot() {
        var usual = AutopilotSettings.standard();
        return new AutopilotSettings(
                inEither("autopilot.cleanup_dead_servers", Reading::flag).orElse(usual.cleanupDeadServers()),
                inEither("autopilot.last_contact_threshold", Translation::positive)
                        .orElse(usual.lastContactThreshold()),
                inEither("autopilot.max_trailing_logs", ServerTranslation::atLeastOne)
                        .map(Integer::longValue)
                        .orElse(usual.maxTrailingLogs()),
                inEither("autopilot.min_quorum", Reading::count)
                        .map(Integer::longValue)
                        .orElse(usual.minQuorum()),
                inEither("autopilot.server_stabilization_time", Translation::positive)
                        .orElse(usual.serverStabilizationTime()),
                0,
                0);
    }

    private <T> Optional<T> inEither(String word, Reading<T> reading) {
        return both.same(word, word, reading);
    }

    private boolean flag(String path, boolean usual) {
        return nomad.value(path, Reading::flag).orElse(usual);
    }

    private static String algorithm(Value value) throws RefusedValueException {
        String text = Reading.text(value);
        if (!SchedulerConfiguration.ALGORITHMS.contains(text)) {
            throw new RefusedValueException(
                    "= \"" + text + "\" must be one of " + String.join(", ", SchedulerConfiguration.ALGORITHMS));
        }
        return text;
    }

    private int bootstrapExpect() {
        var alone =
                consul.value("bootstrap", Reading::flag).filter(truth -> truth).map(truth -> 1);
        int expect = both.same("server.bootstrap_expect", "bootstrap_expect", Reading::count)
                .or(() -> alone)
                .orElse(0);
        var place = nomad.setting("server.bootstrap_expect").or(() -> consul.setting("bootstrap_expect"));
        if (expect > SERVERS_MAX) {
            place.ifPresent(setting -> findings.wrong(
                    setting.place(),
                    "\"" + setting.path() + "\" = " + expect + " servers are too many",
                    "Use 3 or 5."));
        }
        return expect;
    }
}
