package dev.steppe.client.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.client.allocation.TaskEnvironment;
import dev.steppe.client.driver.TaskVolume;
import dev.steppe.model.Allocation;
import dev.steppe.model.HostVolume;
import dev.steppe.model.JobSpec;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.codec.Codec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves which directory of the node a task sees where, and how what cannot be is told. */
class TaskVolumesTest {
    @TempDir
    Path directory;

    @Test
    void a_mount_shows_the_nodes_directory_and_is_read_only_where_mount_or_group_say_so() throws Exception {
        assertThat(volumes(mount("/srv/${meta.rack}/", "false"), "false", false))
                .containsExactly(new TaskVolume(directory, Path.of("/srv/r1"), false));
        assertThat(volumes(mount("/srv", "true"), "false", false))
                .containsExactly(new TaskVolume(directory, Path.of("/srv"), true));
        assertThat(volumes(mount("/srv", "false"), "true", true))
                .containsExactly(new TaskVolume(directory, Path.of("/srv"), true));
    }

    @Test
    void a_place_that_is_taken_and_a_volume_that_changed_are_refused_by_name() {
        refused(mount("/local/certs", "false"), "destination \"/local/certs\" lies in /local");
        refused(mount("/srv/../proc/sys", "false"), "lies in /proc");
        refused(mount("/srv/..", "false"), "must be an absolute path below /");
        refused(mount("/srv", "false") + "," + mount("/srv/inner", "false"), "/srv/inner and another volume's, /srv");
        assertThatThrownBy(() -> volumes(mount("/srv", "true"), "false", true))
                .hasMessageContaining("volume_mount \"tls\": host volume \"certs\" of this node is read-only now");
        assertThatThrownBy(() -> volumes(mount("/srv", "true"), "true", Map.of()))
                .hasMessageContaining("this node has no host volume \"certs\" any more");
        var gone = new HostVolume("certs", directory.resolve("gone").toString(), false);
        assertThatThrownBy(() -> volumes(mount("/srv", "true"), "true", Map.of("certs", gone)))
                .hasMessageContaining("the directory " + gone.path() + " of host volume \"certs\" is not there");
    }

    private void refused(String mounts, String message) {
        assertThatThrownBy(() -> volumes(mounts, "false", false)).hasMessageContaining(message);
    }

    private static String mount(String destination, String readOnly) {
        return "{\"Volume\":\"tls\",\"Destination\":\"" + destination + "\",\"ReadOnly\":" + readOnly + "}";
    }

    private List<TaskVolume> volumes(String mounts, String groupReadOnly, boolean nodeReadOnly) throws Exception {
        return volumes(
                mounts, groupReadOnly, Map.of("certs", new HostVolume("certs", directory.toString(), nodeReadOnly)));
    }

    private static List<TaskVolume> volumes(String mounts, String groupReadOnly, Map<String, HostVolume> offered)
            throws Exception {
        var job = Codec.fromJson(JobSpec.class, """
                {"ID":"web","TaskGroups":[{"Name":"g",
                  "Volumes":{"tls":{"Name":"tls","Type":"host","Source":"certs","ReadOnly":%s}},
                  "Tasks":[{"Name":"t","Driver":"exec","VolumeMounts":[%s]}]}]}
                """.formatted(groupReadOnly, mounts));
        var group = job.taskGroups().getFirst();
        var task = group.tasks().getFirst();
        var environment = new TaskEnvironment(
                Codec.fromJson(NodeSpec.class, "{\"ID\":\"n1\",\"Name\":\"n1\",\"Meta\":{\"rack\":\"r1\"}}"),
                job,
                Codec.fromJson(
                        Allocation.class,
                        "{\"ID\":\"0123456789\",\"EvalID\":\"e\",\"NodeID\":\"n1\",\"JobID\":\"web\",\"Name\":\"web.g[0]\",\"TaskGroup\":\"g\"}"),
                task,
                new TaskEnvironment.Given(
                        new TaskEnvironment.Directories(Path.of("/alloc"), Path.of("/local"), Path.of("/secrets")),
                        Optional.empty(),
                        new TreeMap<>(),
                        new TreeMap<>(),
                        Optional.empty()));
        return TaskVolumes.of(group, task, offered, environment);
    }
}
