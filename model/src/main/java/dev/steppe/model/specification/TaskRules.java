package dev.steppe.model.specification;

import dev.steppe.model.Artifact;
import dev.steppe.model.ArtifactChecksum;
import dev.steppe.model.ArtifactSource;
import dev.steppe.model.Constraint;
import dev.steppe.model.LogConfig;
import dev.steppe.model.Numa;
import dev.steppe.model.RepositorySource;
import dev.steppe.model.RequestedDevice;
import dev.steppe.model.Resources;
import dev.steppe.model.Task;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.Template;
import dev.steppe.model.WorkloadIdentity;
import java.util.List;
import java.util.regex.Pattern;

/** What makes a task wrong. */
final class TaskRules {
    private static final Pattern DEVICE_NAME = Pattern.compile("[^/\\s]+(/[^/\\s]+){0,2}");
    private static final Pattern IDENTITY_NAME = Pattern.compile("[a-zA-Z0-9_-]{1,128}");

    private final TaskGroup group;
    private final Task task;
    private final Problems at;

    TaskRules(TaskGroup group, Task task, Problems at) {
        this.group = group;
        this.task = task;
        this.at = at;
    }

    void check() {
        at.addIf(task.driver().isEmpty(), "Driver", "driver is missing; choose exec, raw_exec, java or docker");
        DriverKeys.of(task.driver())
                .ifPresent(keys ->
                        keys.unknown(task.config()).forEach((key, problem) -> at.add("Config." + key, problem)));
        at.addIf(
                task.name().equals("alloc"),
                "Name",
                "the name is taken by the directory that all tasks of an allocation share");
        for (Constraint constraint : task.constraints()) {
            at.addIf(
                    constraint.operand().startsWith("distinct_"),
                    "Constraints",
                    constraint.operand() + " is for jobs and groups; move the constraint to the group");
        }
        var conditions = new ConstraintRules(at, "", "");
        conditions.constraints(task.constraints());
        conditions.affinities(task.affinities());
        at.notNegative("KillTimeout", "kill_timeout", task.killTimeout());
        at.notNegative("ShutdownDelay", "shutdown_delay", task.shutdownDelay());
        task.restartPolicy().ifPresent(policy -> PolicyRules.restart(policy, at));
        at.addIf(
                task.leader() && task.lifecycle().isPresent(),
                "Leader",
                "it has a lifecycle; only a main task can be the leader");
        task.lifecycle().ifPresent(lifecycle -> {
            at.addIf(lifecycle.hook().isEmpty(), "Lifecycle.Hook", "lifecycle needs hook");
            at.oneOf(
                    "Lifecycle.Hook", "lifecycle hook", lifecycle.hook(), List.of("prestart", "poststart", "poststop"));
        });
        resources(task.resources());
        logs(task.logConfig());
        int index = 0;
        for (Template template : task.templates()) {
            template(template, at.in("Templates[" + index + "]", "template \"" + template.destination() + "\""));
            index++;
        }
        for (Artifact artifact : task.artifacts()) {
            artifact(artifact);
        }
        task.vault()
                .ifPresent(vault -> at.oneOf(
                        "Vault.ChangeMode",
                        "vault change_mode",
                        vault.changeMode(),
                        List.of("noop", "signal", "restart")));
        task.vault()
                .ifPresent(vault -> at.addIf(
                        vault.policies().contains("root"),
                        "Vault.Policies",
                        "vault policies has \"root\", which no task gets"));
        task.identity().ifPresent(identity -> identity("Identity", identity));
        for (WorkloadIdentity identity : task.identities()) {
            identity("Identities", identity);
        }
        at.distinct("Identities", "identity", task.identities(), WorkloadIdentity::name);
        at.distinct("Actions", "action", task.actions(), action -> action.name());
        at.distinct("Secrets", "secret", task.secrets(), secret -> secret.name());
    }

    private void artifact(Artifact artifact) {
        at.addIf(artifact.source().isEmpty(), "Artifacts", "an artifact needs source");
        at.oneOf("Artifacts", "artifact mode", artifact.mode(), List.of("any", "file", "dir"));
        at.addIf(
                escapes(artifact.destination()),
                "Artifacts",
                "artifact destination \"" + artifact.destination() + "\" leads out of the allocation's directory");
        boolean complete = !artifact.source().isEmpty()
                && !artifact.source().contains("${")
                && artifact.options().values().stream().noneMatch(value -> value.contains("${"));
        if (complete) {
            try {
                if (RepositorySource.isMeant(artifact.source())) {
                    RepositorySource.read(artifact.source(), artifact.options());
                    at.addIf(
                            artifact.mode().equals("file"),
                            "Artifacts",
                            "artifact source is a repository, and mode is \"file\"; use mode \"any\"");
                    return;
                }
                var checksum = ArtifactSource.read(artifact.source(), artifact.options())
                        .checksum();
                if (checksum.isPresent()) {
                    ArtifactChecksum.read(checksum.get());
                }
            } catch (ArtifactSource.UnusableException unusable) {
                at.add("Artifacts", "artifact " + unusable.getMessage());
            }
        }
    }

    private void resources(Resources resources) {
        at.addIf(resources.cores() < 0, "Resources.Cores", "cores must not be negative");
        at.addIf(
                resources.cores() == 0 && resources.cpu() < 1,
                "Resources.CPU",
                "cpu " + resources.cpu() + " must be at least 1 (MHz)");
        // 100 is what cpu is when nothing is written
        at.addIf(
                resources.cores() > 0 && resources.cpu() != 0 && resources.cpu() != 100,
                "Resources.CPU",
                "cpu " + resources.cpu() + " and cores " + resources.cores()
                        + " exclude each other; write one of them");
        at.addIf(
                resources.memoryMb() < 10,
                "Resources.MemoryMB",
                "memory " + resources.memoryMb() + " must be at least 10 (MB)");
        at.addIf(
                resources.memoryMaxMb() > 0 && resources.memoryMaxMb() < resources.memoryMb()
                        || resources.memoryMaxMb() < -1,
                "Resources.MemoryMaxMB",
                "memory_max " + resources.memoryMaxMb() + " must not be less than memory, which is "
                        + resources.memoryMb() + "; -1 is no limit");
        at.distinct("Resources.Devices", "device", resources.devices(), device -> device.name());
        resources.devices().forEach(this::device);
        resources.numa().ifPresent(numa -> numa(numa, resources));
    }

    private void device(RequestedDevice device) {
        var conditions = new ConstraintRules(at, "Resources.Devices.", "device \"" + device.name() + "\": ");
        conditions.constraints(device.constraints());
        conditions.affinities(device.affinities());
        at.addIf(
                !DEVICE_NAME.matcher(device.name()).matches(),
                "Resources.Devices",
                "device \"" + device.name() + "\" must be type, vendor/type or vendor/type/name");
        at.addIf(
                device.count() < 1,
                "Resources.Devices",
                "device \"" + device.name() + "\": count " + device.count() + " must be at least 1");
        device.share().ifPresent(share -> share(device, share));
    }

    private void share(RequestedDevice device, double share) {
        String where = "device \"" + device.name() + "\": ";
        at.addIf(
                !(share >= 0.01 && share <= 1),
                "Resources.Devices.Share",
                where + "share " + share + " must be from 0.01 to 1, the part of one device the task needs");
        at.addIf(
                device.count() != 1,
                "Resources.Devices.Share",
                where + "share is of one device: leave out count, which is " + device.count()
                        + ", or leave out share to have whole devices");
    }

    private void numa(Numa numa, Resources resources) {
        at.oneOf("Resources.NUMA.Affinity", "numa affinity", numa.affinity(), List.of("none", "prefer", "require"));
        at.addIf(
                !numa.affinity().equals("none") && resources.cores() == 0,
                "Resources.NUMA",
                "numa affinity \"" + numa.affinity() + "\" needs cores: only reserved cores have a place");
        for (String name : numa.devices()) {
            at.addIf(
                    resources.devices().stream()
                            .noneMatch(device -> device.name().equals(name)),
                    "Resources.NUMA.Devices",
                    "numa device \"" + name + "\" is not asked for by a device block of the task");
        }
    }

    private void logs(LogConfig logs) {
        at.addIf(logs.maxFiles() < 1, "LogConfig.MaxFiles", "logs max_files must be at least 1");
        at.addIf(logs.maxFileSizeMb() < 1, "LogConfig.MaxFileSizeMB", "logs max_file_size must be at least 1 (MB)");
        long size = (long) logs.maxFiles() * logs.maxFileSizeMb();
        at.addIf(
                !logs.disabled() && size > group.ephemeralDisk().sizeMb(),
                "LogConfig",
                "logs may take " + size + " MB, more than the group's ephemeral_disk of "
                        + group.ephemeralDisk().sizeMb() + " MB");
    }

    private static boolean escapes(String path) {
        return List.of(path.split("/", -1)).contains("..");
    }

    private static void template(Template template, Problems at) {
        at.addIf(
                template.source().isEmpty() == template.data().isEmpty(),
                "",
                template.data().isEmpty() ? "it needs data or source" : "it has data and source; one is possible");
        at.addIf(template.destination().isEmpty(), "DestPath", "destination is missing");
        at.addIf(escapes(template.destination()), "DestPath", "it leads out of the allocation's directory");
        at.oneOf("ChangeMode", "change_mode", template.changeMode(), List.of("noop", "signal", "restart", "script"));
        at.addIf(
                template.changeMode().equals("signal")
                        && template.changeSignal().isEmpty(),
                "ChangeMode",
                "change_mode \"signal\" needs change_signal");
        at.addIf(
                template.changeMode().equals("script")
                        != template.changeScript().isPresent(),
                "ChangeMode",
                "change_mode \"script\" and the change_script block need each other");
        at.addIf(
                template.environment() && template.changeMode().equals("signal"),
                "Envvars",
                "env = true needs change_mode \"restart\" or \"noop\": a running program keeps its environment");
        template.changeScript()
                .ifPresent(
                        script -> at.addIf(script.command().isEmpty(), "ChangeScript", "change_script needs command"));
        at.addIf(
                !template.permissions().matches("[0-7]{3,4}"),
                "Perms",
                "perms \"" + template.permissions() + "\" must be octal, such as \"0644\"");
        at.notNegative("Splay", "splay", template.splay());
    }

    private void identity(String path, WorkloadIdentity identity) {
        at.addIf(
                !identity.name().isEmpty()
                        && !IDENTITY_NAME.matcher(identity.name()).matches(),
                path,
                "identity \"" + identity.name() + "\" must consist of letters, digits, - and _");
        at.oneOf(path, "identity change_mode", identity.changeMode(), List.of("noop", "signal", "restart"));
        at.addIf(
                identity.changeMode().equals("signal")
                        && identity.changeSignal().isEmpty(),
                path,
                "identity change_mode \"signal\" needs change_signal");
        at.addIf(!identity.filepath().isEmpty() && !identity.file(), path, "identity filepath needs file = true");
    }
}
