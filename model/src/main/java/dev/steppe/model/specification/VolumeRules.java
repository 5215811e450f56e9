package dev.steppe.model.specification;

import dev.steppe.model.JobType;
import dev.steppe.model.Task;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.VolumeMount;
import dev.steppe.model.VolumeRequest;
import java.util.HashSet;
import java.util.List;

/** What makes volumes and their mounts wrong. */
final class VolumeRules {
    private static final List<String> OF_HOST = List.of(
            "single-node-reader-only", "single-node-writer", "single-node-single-writer", "single-node-multi-writer");
    private static final List<String> OF_PLUGIN = List.of(
            "single-node-reader-only",
            "single-node-writer",
            "multi-node-reader-only",
            "multi-node-single-writer",
            "multi-node-multi-writer");

    /** Drivers that give a task a view of its own, in which a volume can be put. */
    private static final List<String> MOUNTING = List.of("exec", "java", "docker");

    private VolumeRules() {}

    static void check(JobType type, TaskGroup group, Problems at) {
        group.volumes()
                .forEach((name, volume) ->
                        volume(type, group, volume, at.in("Volumes." + name, "volume \"" + name + "\"")));
        mounts(group, at);
    }

    private static void mounts(TaskGroup group, Problems at) {
        int index = 0;
        for (Task task : group.tasks()) {
            var inner = at.in("Tasks[" + index + "]", "task \"" + task.name() + "\"");
            inner.addIf(
                    !task.volumeMounts().isEmpty() && !MOUNTING.contains(task.driver()),
                    "VolumeMounts",
                    "volume_mount needs driver exec, java or docker; with " + task.driver()
                            + " tasks see the machine as it is: name the directory itself, and keep the group's volume for"
                            + " the right node");
            var places = new HashSet<String>();
            for (VolumeMount mount : task.volumeMounts()) {
                inner.addIf(
                        !mount.destination().isEmpty() && !places.add(mount.destination()),
                        "VolumeMounts",
                        "volume_mount \"" + mount.volume() + "\": another volume has the destination "
                                + mount.destination());
                inner.addIf(
                        !mount.destination().isEmpty() && !mount.destination().matches("(/|\\$\\{).*"),
                        "VolumeMounts",
                        "volume_mount \"" + mount.volume() + "\": destination \"" + mount.destination()
                                + "\" must be an absolute path");
                inner.addIf(
                        !group.volumes().containsKey(mount.volume()),
                        "VolumeMounts",
                        "volume_mount \"" + mount.volume() + "\" is no volume of the group; the group has "
                                + group.volumes().keySet());
                inner.addIf(
                        mount.destination().isEmpty(),
                        "VolumeMounts",
                        "volume_mount \"" + mount.volume() + "\" needs destination");
                inner.oneOf(
                        "VolumeMounts",
                        "volume_mount propagation_mode",
                        mount.propagationMode(),
                        List.of("private", "host-to-task", "bidirectional"));
            }
            index++;
        }
    }

    private static void volume(JobType type, TaskGroup group, VolumeRequest volume, Problems at) {
        at.addIf(volume.source().isEmpty(), "Source", "source is missing");
        at.addIf(
                volume.source().contains("${"),
                "Source",
                "source \"" + volume.source() + "\" must be the name of a volume; it is not interpolated");
        at.addIf(volume.type().isEmpty(), "Type", "type is missing; write host or csi");
        at.oneOf("Type", "type", volume.type(), List.of("host", "csi"));
        at.addIf(
                volume.perAlloc() && (type.everywhere() || volume.sticky()),
                "PerAlloc",
                "per_alloc is not possible with jobs that run on every node nor with sticky");
        boolean plugin = volume.type().equals("csi");
        at.oneOf("AccessMode", "access_mode", volume.accessMode(), plugin ? OF_PLUGIN : OF_HOST);
        at.oneOf("AttachmentMode", "attachment_mode", volume.attachmentMode(), List.of("file-system", "block-device"));
        at.addIf(
                volume.accessMode().endsWith("reader-only") && !volume.readOnly(),
                "ReadOnly",
                "access_mode \"" + volume.accessMode() + "\" needs read_only = true");
        if (plugin) {
            at.addIf(volume.accessMode().isEmpty(), "AccessMode", "access_mode is missing");
            at.addIf(volume.attachmentMode().isEmpty(), "AttachmentMode", "attachment_mode is missing");
            at.addIf(
                    volume.accessMode().startsWith("single-node") && group.count() > 1 && !volume.perAlloc(),
                    "AccessMode",
                    "access_mode \"" + volume.accessMode() + "\" allows one instance; count is " + group.count());
        } else {
            at.addIf(volume.mountOptions().isPresent(), "MountOptions", "mount_options is for volumes of type csi");
        }
    }
}
