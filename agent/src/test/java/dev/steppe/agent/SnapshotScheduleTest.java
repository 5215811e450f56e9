package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.agent.configuration.SnapshotSettings;
import dev.steppe.io.Loop;
import dev.steppe.io.ThreadLoop;
import dev.steppe.server.SavedState;
import dev.steppe.server.StateArchive;
import dev.steppe.state.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of the state are written when they are due, are whole, and only so many are kept. */
class SnapshotScheduleTest {
    private static final SnapshotSettings HOURLY =
            new SnapshotSettings(Duration.ofHours(1), 3, Optional.empty(), "steppe");

    @TempDir
    Path folder;

    private final Loop loop = new ThreadLoop("snapshots");
    private final Store store = new Store();
    private Instant created = Instant.parse("2026-01-01T00:00:00Z");

    @AfterEach
    void end() {
        loop.close();
    }

    private SnapshotSchedule schedule() {
        return new SnapshotSchedule(loop, HOURLY, folder.resolve("snapshots"), now -> {
            created = created.plusSeconds(3600);
            return Optional.of(
                    StateArchive.of(store.snapshot(), "global", "one", 7, created, Map.of("key", "c2VjcmV0")));
        });
    }

    private List<Path> files() throws IOException {
        try (var all = Files.list(folder.resolve("snapshots"))) {
            return all.sorted().toList();
        }
    }

    private void age(Duration by) throws IOException {
        for (var file : files()) {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(by)));
        }
    }

    @Test
    void file_is_whole_and_its_owners_alone() throws Exception {
        assertThat(schedule().look()).isEqualTo(HOURLY.interval());
        var file = files().getFirst();
        var archive = SavedState.open(file);
        assertThat(archive.description().created()).isEqualTo(created);
        assertThat(archive.rootKeys()).containsKey("key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(files()).hasSize(1);
    }

    @Test
    void next_one_is_written_when_the_youngest_is_old_enough_also_after_a_restart() throws Exception {
        schedule().look();
        age(Duration.ofMinutes(20));
        assertThat(schedule().look()).isBetween(Duration.ofMinutes(39), Duration.ofMinutes(41));
        assertThat(files()).hasSize(1);
        age(Duration.ofMinutes(61));
        schedule().look();
        assertThat(files()).hasSize(2);
    }

    @Test
    void oldest_go_and_what_is_not_its_own_stays() throws Exception {
        var schedule = schedule();
        schedule.look();
        var foreign = Files.writeString(folder.resolve("snapshots/steppe-by-hand.snap"), "kept");
        var first = files().getFirst();
        for (int i = 0; i < 5; i++) {
            age(Duration.ofHours(2));
            schedule.look();
        }
        assertThat(files()).hasSize(4).contains(foreign).doesNotContain(first);
    }

    @Test
    void older_files_stay_while_this_server_does_not_know_the_newest_state() throws Exception {
        schedule().look();
        age(Duration.ofHours(2));
        var before = files();
        var cutOff = new SnapshotSchedule(loop, HOURLY, folder.resolve("snapshots"), now -> Optional.empty());
        assertThat(cutOff.look()).isEqualTo(HOURLY.retry());
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void unfinished_file_of_a_crash_is_replaced() throws Exception {
        Files.createDirectories(folder.resolve("snapshots"));
        Files.writeString(folder.resolve("snapshots/steppe.unfinished"), "half");
        schedule().look();
        assertThat(files()).hasSize(1).noneMatch(file -> file.toString().endsWith("unfinished"));
    }

    @Test
    void damaged_file_is_refused_when_it_is_read() throws Exception {
        schedule().look();
        var file = files().getFirst();
        var bytes = Files.readAllBytes(file);
        int withinTheDescription = 60;
        bytes[withinTheDescription] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> SavedState.open(file)).isInstanceOf(IOException.class);
    }
}
