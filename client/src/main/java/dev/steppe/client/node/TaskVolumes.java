package dev.steppe.client.node;

import dev.steppe.client.allocation.TaskEnvironment;
import dev.steppe.client.driver.DriverException;
import dev.steppe.client.driver.TaskVolume;
import dev.steppe.model.HostVolume;
import dev.steppe.model.Task;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.VolumeMount;
import dev.steppe.model.VolumeRequest;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Finds the directories of the node that a task mounts as volumes. */
final class TaskVolumes {
    /** What every task has there; a volume in its place would hide it, or be hidden. */
    private static final List<Path> TAKEN = List.of(
            Path.of("/alloc"),
            Path.of("/local"),
            Path.of("/secrets"),
            Path.of("/proc"),
            Path.of("/dev"),
            Path.of("/sys"));

    private TaskVolumes() {}

    static List<TaskVolume> of(TaskGroup group, Task task, Map<String, HostVolume> offered, TaskEnvironment environment)
            throws DriverException {
        var volumes = new ArrayList<TaskVolume>();
        for (VolumeMount mount : task.volumeMounts()) {
            var request = group.volumes().get(mount.volume());
            if (request == null) {
                throw DriverException.refused(said(mount) + " is no volume of the group");
            }
            var target = target(mount, environment.text(mount.destination()));
            for (TaskVolume other : volumes) {
                if (other.target().startsWith(target) || target.startsWith(other.target())) {
                    throw DriverException.refused(said(mount) + ": destination " + target + " and another volume's, "
                            + other.target() + ", lie in each other");
                }
            }
            volumes.add(volume(mount, request, offered, target));
        }
        return volumes;
    }

    private static TaskVolume volume(
            VolumeMount mount, VolumeRequest request, Map<String, HostVolume> offered, Path target)
            throws DriverException {
        var found = offered.get(request.source());
        if (found == null) {
            throw DriverException.refused(
                    said(mount) + ": this node has no host volume \"" + request.source() + "\" any more");
        }
        if (found.readOnly() && !request.readOnly()) {
            throw DriverException.refused(
                    said(mount) + ": host volume \"" + request.source() + "\" of this node is read-only now");
        }
        var source = Path.of(found.path());
        if (!Files.isDirectory(source)) {
            throw DriverException.refused(said(mount) + ": the directory " + source + " of host volume \""
                    + request.source() + "\" is not there");
        }
        return new TaskVolume(source, target, mount.readOnly() || request.readOnly());
    }

    private static Path target(VolumeMount mount, String destination) throws DriverException {
        try {
            var target = Path.of(destination).normalize();
            if (!target.isAbsolute() || target.getNameCount() == 0) {
                throw DriverException.refused(
                        said(mount) + ": destination \"" + destination + "\" must be an absolute path below /");
            }
            for (Path taken : TAKEN) {
                if (target.startsWith(taken)) {
                    throw DriverException.refused(said(mount) + ": destination \"" + destination + "\" lies in " + taken
                            + ", which is the task's own; choose a place beside it");
                }
            }
            return target;
        } catch (InvalidPathException wrong) {
            throw DriverException.refused(said(mount) + ": destination: " + wrong.getMessage());
        }
    }

    private static String said(VolumeMount mount) {
        return "volume_mount \"" + mount.volume() + "\"";
    }
}
