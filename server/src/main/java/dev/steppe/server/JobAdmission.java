package dev.steppe.server;

import dev.steppe.model.JobSpec;
import dev.steppe.model.JobType;
import dev.steppe.model.LogConfig;
import dev.steppe.model.NetworkResource;
import dev.steppe.model.Port;
import dev.steppe.model.Refusal;
import dev.steppe.model.Service;
import dev.steppe.model.ServiceCheck;
import dev.steppe.model.Task;
import dev.steppe.model.TaskGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Whether a job can be taken in: everything wrong with it and everything in it that Steppe does not do yet, all at once
 * and by name. What is taken in has its effect.
 */
public final class JobAdmission {
    private static final List<String> NETWORK_MODES = List.of("host", "bridge", "none");
    private static final List<String> CHECK_TYPES = List.of("http", "tcp");

    private final List<String> problems = new ArrayList<>();
    private final List<String> unsupported = new ArrayList<>();
    private final List<String> notices = new ArrayList<>();

    private JobAdmission() {}

    /** What is wrong, what is not supported, and what the user should know. */
    public record Verdict(List<String> problems, List<String> notices, Refusal refusal) {}

    public static Verdict check(JobSpec job) {
        var admission = new JobAdmission();
        admission.job(job);
        var all = new ArrayList<>(admission.problems);
        all.addAll(admission.unsupported);
        boolean onlyUnsupported = admission.problems.isEmpty() && !admission.unsupported.isEmpty();
        String message =
                all.size() + (all.size() == 1 ? " error" : " errors") + " occurred:\n  * " + String.join("\n  * ", all);
        return new Verdict(
                all,
                admission.notices,
                new Refusal(onlyUnsupported ? Refusal.Code.UNSUPPORTED : Refusal.Code.INVALID, message));
    }

    private void job(JobSpec job) {
        if (!job.namespace().equals("default")) {
            unsupported.add("namespace \"" + job.namespace() + "\" is not supported yet; use \"default\"");
        }
        if (job.allAtOnce()) {
            unsupported.add("all_at_once is not supported yet; remove it");
        }
        if (job.taskGroups().isEmpty()) {
            problems.add("job \"" + job.id() + "\" has no group; add one with at least one task");
        }
        var names = new TreeSet<String>();
        for (TaskGroup group : job.taskGroups()) {
            if (!names.add(group.name())) {
                problems.add("group \"" + group.name() + "\" is defined twice; give each a name of its own");
            }
            group(job, group);
        }
    }

    private void group(JobSpec job, TaskGroup group) {
        String where = "group \"" + group.name() + "\": ";
        if (group.tasks().isEmpty()) {
            problems.add(where + "it has no task");
        }
        if (job.type().everywhere() && group.count() > 1) {
            problems.add(where + "count " + group.count() + " must be 1, since a " + lower(job.type())
                    + " job runs once on every fitting node");
        }
        if (!group.volumes().isEmpty()) {
            unsupported.add(where + "volume is not supported yet; remove it");
        }
        if (group.ephemeralDisk().sticky() || group.ephemeralDisk().migrate()) {
            unsupported.add(where + "ephemeral_disk sticky and migrate are not supported yet; remove them");
        }
        group.update().or(job::update).ifPresent(update -> {
            if (update.canary() > 0 || update.autoRevert() || update.autoPromote()) {
                unsupported.add(
                        where + "update: canary, auto_revert and auto_promote are not supported yet;" + " remove them");
            }
        });
        network(where, group);
        var names = new TreeSet<String>();
        for (Task task : group.tasks()) {
            if (!names.add(task.name())) {
                problems.add(where + "task \"" + task.name() + "\" is defined twice");
            }
            task(where, task);
        }
        group.allServices().forEach(service -> service(where, group, service));
    }

    private static String lower(JobType type) {
        return type.name().toLowerCase(java.util.Locale.ROOT);
    }

    private void network(String where, TaskGroup group) {
        if (group.networks().size() > 1) {
            problems.add(where + "it has " + group.networks().size() + " network blocks; one is possible");
        }
        NetworkResource network = group.network();
        if (!NETWORK_MODES.contains(network.mode())) {
            unsupported.add(where + "network mode \"" + network.mode() + "\" is not supported yet; use one of "
                    + NETWORK_MODES);
        }
        if (!network.hostname().isEmpty()) {
            unsupported.add(where + "network hostname is not supported yet; remove it");
        }
        var labels = new TreeSet<String>();
        for (Port port : network.ports()) {
            if (!labels.add(port.label())) {
                problems.add(where + "port \"" + port.label() + "\" is defined twice");
            }
        }
    }

    private void task(String where, Task task) {
        String at = where + "task \"" + task.name() + "\": ";
        if (task.driver().isEmpty()) {
            problems.add(at + "driver is missing; choose raw_exec, java or docker");
        }
        if (task.lifecycle().isPresent()) {
            unsupported.add(at + "lifecycle is not supported yet; remove it");
        }
        if (!task.templates().isEmpty()) {
            unsupported.add(at + "template is not supported yet; use env or files that are there already");
        }
        if (!task.artifacts().isEmpty()) {
            unsupported.add(at + "artifact is not supported yet; use files that are there already");
        }
        if (task.vault().isPresent()) {
            unsupported.add(at + "vault is not supported yet; remove it");
        }
        if (!task.volumeMounts().isEmpty()) {
            unsupported.add(at + "volume_mount is not supported yet; remove it");
        }
        if (task.leader()) {
            unsupported.add(at + "leader is not supported yet; remove it");
        }
        if (!task.kind().isEmpty()) {
            unsupported.add(at + "kind \"" + task.kind() + "\" is not supported yet; remove it");
        }
        if (task.resources().cores() > 0) {
            unsupported.add(at + "resources cores is not supported yet; use cpu (MHz)");
        }
        var logs = task.logConfig();
        if (!logs.equals(new LogConfig(10, 10, false))) {
            unsupported.add(at + "logs is not supported yet (output is kept whole); remove it");
        }
        if (!task.resources().networks().isEmpty()) {
            notices.add(at + "network in a task's resources is the old form; its ports are taken as the group's");
        }
    }

    private void service(String where, TaskGroup group, Service service) {
        String at = where + "service \"" + service.name() + "\": ";
        if (service.name().isEmpty()) {
            problems.add(where + "a service has no name");
        }
        if (!service.portLabel().isEmpty() && !isPort(group, service.portLabel())) {
            problems.add(at + "port \"" + service.portLabel()
                    + "\" is neither a number nor a port of the group; the group has "
                    + group.network().ports().stream().map(Port::label).toList());
        }
        service.connect().ifPresent(connect -> {
            if (connect.byItself()) {
                unsupported.add(at + "connect native is not supported yet; use sidecar_service");
            }
            if (group.network().mode().equals("none")) {
                problems.add(at + "connect needs network mode bridge or host");
            }
            connect.sidecarService().flatMap(sidecar -> sidecar.proxy()).ifPresent(proxy -> {
                if (proxy.expose().isPresent()) {
                    unsupported.add(at + "expose is not supported yet; checks run inside the allocation and need none");
                }
                if (!proxy.config().isEmpty()) {
                    unsupported.add(
                            at + "proxy config " + proxy.config().keySet() + " is not supported yet; remove it");
                }
            });
        });
        service.checkRestart().ifPresent(it -> unsupported.add(at + "check_restart is not supported yet; remove it"));
        service.checks().forEach(check -> check(at, group, service, check));
    }

    private static boolean isPort(TaskGroup group, String port) {
        return port.chars().allMatch(Character::isDigit)
                || group.network().ports().stream().anyMatch(it -> it.label().equals(port))
                || group.tasks().stream()
                        .flatMap(task -> task.resources().networks().stream())
                        .flatMap(network -> network.ports().stream())
                        .anyMatch(it -> it.label().equals(port));
    }

    private void check(String at, TaskGroup group, Service service, ServiceCheck check) {
        if (!CHECK_TYPES.contains(check.type())) {
            unsupported.add(at + "check type \"" + check.type() + "\" is not supported yet; use one of " + CHECK_TYPES);
        }
        if (check.type().equals("http") && check.path().isEmpty()) {
            problems.add(at + "an http check needs a path");
        }
        if (check.interval().compareTo(Duration.ofSeconds(1)) < 0) {
            problems.add(at + "check interval must be at least 1s");
        }
        if (check.timeout().compareTo(Duration.ofMillis(1)) < 0) {
            problems.add(at + "check timeout must be at least 1ms; 2s is usual");
        }
        String port = check.portLabel().isEmpty() ? service.portLabel() : check.portLabel();
        if (port.isEmpty() || !isPort(group, port)) {
            problems.add(at + "check port \"" + port + "\" is neither a number nor a port of the group");
        }
        if (check.expose()) {
            notices.add(at + "check expose is met by construction: checks run inside the allocation's network");
        }
        check.checkRestart().ifPresent(it -> unsupported.add(at + "check_restart is not supported yet; remove it"));
    }
}
