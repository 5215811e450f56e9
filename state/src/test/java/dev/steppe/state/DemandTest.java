package dev.steppe.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.JobId;
import dev.steppe.model.JobSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Proves that the state knows what the jobs ask for, whatever becomes of them. */
class DemandTest {
    private static final Instant AT = Instant.parse("2026-01-31T08:00:00Z");

    private final Store store = new Store();

    private void register(String id, int count, String resources) throws CodecException {
        var job = Codec.fromJson(
                JobSpec.class,
                "{\"ID\":\"%s\",\"TaskGroups\":[{\"Name\":\"g\",\"Count\":%d,\"Tasks\":[{\"Name\":\"t\",\"Driver\":\"raw_exec\",\"Resources\":{%s}}]}]}"
                        .formatted(id, count, resources));
        store.apply(new Command.RegisterJob(job, Optional.empty(), Optional.empty(), AT).encode());
    }

    private void deregister(String id, boolean purge) {
        store.apply(new Command.DeregisterJob("default", new JobId(id), purge, Optional.empty(), AT).encode());
    }

    private static String counts(Snapshot snapshot, int most) {
        var text = new StringBuilder();
        snapshot.demand()
                .mostFrequent(most)
                .forEach(it -> text.append(it.count())
                        .append(" x ")
                        .append(it.shape().memoryMb())
                        .append("; "));
        return text.toString();
    }

    @Test
    void demand_follows_the_jobs_there_are_and_survives_a_snapshot() throws IOException, CodecException {
        String device = ",\"Devices\":[{\"Name\":\"gpu\",\"Share\":0.5}]";
        register("plain", 9, "\"MemoryMB\":10");
        register("one", 2, "\"MemoryMB\":20" + device);
        register("two", 3, "\"MemoryMB\":30" + device);
        register("three", 2, "\"MemoryMB\":20" + device);
        assertThat(counts(store.snapshot(), 300)).isEqualTo("4 x 20; 3 x 30; ");
        assertThat(counts(store.snapshot(), 1)).isEqualTo("4 x 20; ");
        register("three", 7, "\"MemoryMB\":30" + device);
        assertThat(counts(store.snapshot(), 300)).isEqualTo("10 x 30; 2 x 20; ");

        var bytes = new ByteArrayOutputStream();
        SnapshotFile.write(store.snapshot(), bytes);
        assertThat(counts(SnapshotFile.read(new ByteArrayInputStream(bytes.toByteArray())), 300))
                .isEqualTo("10 x 30; 2 x 20; ");

        deregister("three", false);
        assertThat(counts(store.snapshot(), 300)).isEqualTo("3 x 30; 2 x 20; ");
        deregister("three", true);
        deregister("two", true);
        deregister("one", true);
        assertThat(counts(store.snapshot(), 300)).isEmpty();
    }
}
