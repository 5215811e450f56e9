package dev.steppe.client.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.client.driver.TaskDirectories;
import dev.steppe.client.driver.TaskView;
import dev.steppe.io.linux.LinuxCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskFilesTest {
    private static final TaskFiles.Ownership PLAIN = new TaskFiles.Ownership(0640, Optional.empty(), Optional.empty());

    @TempDir
    Path temporary;

    private Path allocation;
    private Path outside;
    private TaskFiles files;

    @BeforeEach
    void make() throws IOException {
        assumeTrue(LinuxCalls.isLinux(), "directories are held open the way Linux does it");
        allocation = Files.createDirectory(temporary.resolve("allocation"));
        outside = Files.createDirectory(temporary.resolve("outside"));
        var task = Files.createDirectories(allocation.resolve("web"));
        for (String name : new String[] {"web/local", "web/secrets", "web/private", "alloc/data"}) {
            Files.createDirectories(allocation.resolve(name));
        }
        var directories = new TaskDirectories(
                task,
                task.resolve("local"),
                task.resolve("tmp"),
                task.resolve("secrets"),
                allocation.resolve("alloc"),
                task.resolve("out"),
                task.resolve("err"),
                task.resolve("private/process"));
        var view = new TaskView(Path.of("/alloc"), Path.of("/local"), Path.of("/secrets"), false);
        files = new TaskFiles(directories, view, Optional.empty());
    }

    @Test
    void places_are_found_as_the_task_names_them() throws TaskFiles.OutsideException {
        var task = allocation.resolve("web");
        assertThat(files.place("local/a").path()).isEqualTo(task.resolve("local/a"));
        assertThat(files.place("/local/sub/a").path()).isEqualTo(task.resolve("local/sub/a"));
        assertThat(files.place("/secrets/a").path()).isEqualTo(task.resolve("secrets/a"));
        assertThat(files.place("/alloc/data/a").path()).isEqualTo(allocation.resolve("alloc/data/a"));
        assertThat(files.place("alloc/data/a").path()).isEqualTo(allocation.resolve("alloc/data/a"));
        assertThat(files.place(task.resolve("local/a").toString()).path()).isEqualTo(task.resolve("local/a"));
        assertThat(files.place("/etc/app.conf").path()).isEqualTo(task.resolve("etc/app.conf"));
    }

    @Test
    void places_outside_are_refused() {
        for (String place :
                new String[] {"../other/x", "local/../../../x", "/local/../../x", "private/x", "", "local/.."}) {
            assertThatThrownBy(() -> files.place(place)).as(place).isInstanceOf(TaskFiles.OutsideException.class);
        }
    }

    @Test
    void files_are_written_whole_with_their_permissions() throws Exception {
        var place = files.place("local/deep/down/a");
        files.write(place, "one", PLAIN);
        files.write(place, "two", PLAIN);
        assertThat(files.read(place)).isEqualTo("two");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(place.path())))
                .isEqualTo("rw-r-----");
        try (var left = Files.list(place.path().getParent())) {
            assertThat(left).containsExactly(place.path());
        }
    }

    @Test
    void a_link_in_the_place_of_a_directory_is_not_followed() throws Exception {
        Files.createSymbolicLink(allocation.resolve("web/local/sub"), outside);
        var place = files.place("local/sub/a");
        assertThatThrownBy(() -> files.write(place, "x", PLAIN)).hasMessageContaining("symbolic link");
        Files.writeString(outside.resolve("a"), "hidden");
        assertThatThrownBy(() -> files.read(place)).hasMessageContaining("symbolic link");
        assertThat(outside.resolve("a")).hasContent("hidden");
    }

    @Test
    void a_link_in_the_place_of_a_file_is_replaced_and_never_read() throws Exception {
        Files.writeString(outside.resolve("a"), "hidden");
        Files.createSymbolicLink(allocation.resolve("web/local/a"), outside.resolve("a"));
        var place = files.place("local/a");
        assertThatThrownBy(() -> files.read(place)).isInstanceOf(IOException.class);
        files.write(place, "mine", PLAIN);
        assertThat(outside.resolve("a")).hasContent("hidden");
        assertThat(files.read(place)).isEqualTo("mine");
    }

    @Test
    void what_is_not_there_or_no_file_is_told() throws Exception {
        assertThatThrownBy(() -> files.read(files.place("local/none"))).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> files.read(files.place("local/none/none"))).isInstanceOf(NoSuchFileException.class);
        Files.createDirectory(allocation.resolve("web/local/folder"));
        assertThatThrownBy(() -> files.read(files.place("local/folder"))).hasMessageContaining("no regular file");
        assertThatThrownBy(() -> files.write(files.place("local/folder"), "x", PLAIN))
                .hasMessageContaining("is a directory");
    }
}
