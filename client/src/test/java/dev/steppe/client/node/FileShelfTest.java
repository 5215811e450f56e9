package dev.steppe.client.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.client.allocation.Kept;
import dev.steppe.client.allocation.KeptTask;
import dev.steppe.client.driver.DriverHandle;
import dev.steppe.model.Allocation;
import dev.steppe.model.ClientState;
import dev.steppe.model.JobOrigin;
import dev.steppe.model.JobSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileShelfTest {
    private static final SortedMap<String, KeptTask> NONE = new TreeMap<>();

    @TempDir
    Path directory;

    private static Kept kept(String id) throws CodecException {
        return new Kept(
                Codec.fromJson(
                        Allocation.class,
                        "{\"ID\":\"" + id
                                + "\",\"EvalID\":\"e\",\"NodeID\":\"n\",\"JobID\":\"web\",\"TaskGroup\":\"g\"}"),
                Codec.fromJson(JobSpec.class, "{\"ID\":\"web\",\"TaskGroups\":[{\"Name\":\"g\"}]}"),
                JobOrigin.NONE,
                Codec.fromJson(ClientState.class, "{}"),
                NONE,
                new Kept.Progress(true, false, Instant.EPOCH, false, "", Instant.EPOCH, false));
    }

    private static Kept with(Kept kept, String task, boolean destroyed) {
        var tasks = new TreeMap<>(kept.tasks());
        tasks.put(task, KeptTask.fresh().with(new DriverHandle("raw_exec", new TreeMap<>(Map.of("pid", "42")))));
        var progress = new Kept.Progress(true, false, Instant.EPOCH, destroyed, "", Instant.EPOCH, false);
        return new Kept(kept.allocation(), kept.job(), kept.origin(), kept.state(), tasks, progress);
    }

    @Test
    void the_latest_of_each_allocation_is_read_by_the_next_agent() throws IOException, CodecException {
        var one = kept("one");
        var two = kept("two");
        try (var shelf = new FileShelf(directory)) {
            shelf.put(one);
            shelf.put(two);
            shelf.put(with(one, "t", false));
            shelf.put(with(one, "t", true));
            shelf.put(kept("three"));
            shelf.remove(kept("three").id());
        }
        for (int i = 0; i < 2; i++) {
            try (var shelf = new FileShelf(directory)) {
                assertThat(shelf.all()).containsExactly(with(one, "t", true), two);
            }
        }
    }

    @Test
    void an_agent_killed_while_it_wrote_loses_the_last_record_only() throws IOException, CodecException {
        var one = kept("one");
        var file = directory.resolve("kept.log");
        try (var shelf = new FileShelf(directory)) {
            shelf.put(one);
            long whole = Files.size(file);
            shelf.put(with(one, "t", true));
            try (var channel = java.nio.channels.FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(whole + 11);
            }
        }
        try (var shelf = new FileShelf(directory)) {
            assertThat(shelf.all()).containsExactly(one);
            shelf.put(with(one, "u", false));
        }
        try (var shelf = new FileShelf(directory)) {
            assertThat(shelf.all()).containsExactly(with(one, "u", false));
        }
    }

    @Test
    void many_changes_do_not_make_a_large_file() throws IOException, CodecException {
        var one = kept("one");
        try (var shelf = new FileShelf(directory)) {
            for (int i = 0; i < 20_000; i++) {
                shelf.put(with(one, "t" + i % 10, false));
            }
            assertThat(Files.size(directory.resolve("kept.log"))).isLessThan(3 << 20);
            assertThat(shelf.all()).containsExactly(with(one, "t9", false));
        }
    }
}
