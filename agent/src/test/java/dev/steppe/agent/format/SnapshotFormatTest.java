package dev.steppe.agent.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import dev.steppe.state.SnapshotFile;
import dev.steppe.state.Store;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Pins whole states as older versions wrote them: each is read by this one. A new file is added, with
 * {@code -Dgolden.write=true}, when the form of the newest is not that of this version any more; none is ever changed.
 */
class SnapshotFormatTest {
    private static final Path FOLDER = Path.of("src/test/resources/golden/states");

    private static Snapshot everything() {
        var store = new Store();
        var job = Samples.of(Command.RegisterJob.class);
        store.apply(new Command.RegisterJob(job.spec(), Optional.empty(), Optional.empty(), job.at()));
        for (Class<?> variant : Command.class.getPermittedSubclasses()) {
            boolean adds = variant.getSimpleName().matches("(Put|Register|Change|Create).*");
            if (adds) {
                store.apply((Command) Samples.of(variant));
            }
        }
        return store.snapshot();
    }

    @Test
    void states_of_every_version_are_read() throws IOException {
        if (Boolean.getBoolean("golden.write") && files().isEmpty()) {
            Files.createDirectories(FOLDER);
            try (var out = Files.newOutputStream(FOLDER.resolve("state-001.bin"))) {
                SnapshotFile.write(everything(), out);
            }
        }
        assertThat(files()).isNotEmpty();
        for (var file : files()) {
            var state = SnapshotFile.read(new ByteArrayInputStream(Files.readAllBytes(file)));
            assertThat(state.jobs()).as(file + " has jobs").isNotEmpty();
            assertThat(state.nodes()).as(file + " has nodes").isNotEmpty();
            assertThat(state.roots()).as(file + " has roots").isNotEmpty();
            assertThat(state.index()).isGreaterThan(4);
        }
    }

    private static List<Path> files() throws IOException {
        var found = new ArrayList<Path>();
        if (Files.isDirectory(FOLDER)) {
            try (var files = Files.newDirectoryStream(FOLDER, "*.bin")) {
                files.forEach(found::add);
            }
        }
        found.sort(Comparator.naturalOrder());
        return found;
    }
}
