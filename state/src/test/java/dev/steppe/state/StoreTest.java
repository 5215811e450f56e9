package dev.steppe.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.model.Evaluation;
import dev.steppe.model.Intention;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobSpec;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Proves that commands apply as decided, survive encoding, and that a snapshot file holds the whole state. */
class StoreTest {
    private static final Instant AT = Instant.parse("2026-01-31T08:00:00Z");
    private static final JobKey WEB = new JobKey("default", new JobId("web"));

    private static JobSpec job(int count) throws CodecException {
        return Codec.fromJson(
                JobSpec.class,
                "{\"ID\":\"web\",\"TaskGroups\":[{\"Name\":\"g\",\"Count\":" + count
                        + ",\"Tasks\":[{\"Name\":\"t\",\"Driver\":\"raw_exec\"}]}]}");
    }

    private static Store.Result apply(Store store, Command command) {
        return store.apply(command.encode());
    }

    private static Command register(int count) throws CodecException {
        return new Command.RegisterJob(job(count), Optional.empty(), Optional.empty(), AT);
    }

    @Test
    void a_changed_job_gets_a_new_version_and_an_unchanged_one_does_not() throws CodecException {
        var store = new Store();
        apply(store, register(1));
        apply(store, register(1));
        assertThat(store.snapshot().job(WEB).orElseThrow().version()).isZero();
        apply(store, register(2));
        var job = store.snapshot().job(WEB).orElseThrow();
        assertThat(job.version()).isEqualTo(1);
        assertThat(job.createIndex()).isEqualTo(2);
        assertThat(store.snapshot().versionsOf(WEB)).hasSize(2);
        assertThat(store.snapshot().job(WEB, 0).orElseThrow().spec()).isEqualTo(job(1));
    }

    @Test
    void a_job_is_refused_when_it_changed_meanwhile() throws CodecException {
        var store = new Store();
        apply(store, register(1));
        var stale = new Command.RegisterJob(job(5), Optional.of(0L), Optional.empty(), AT);
        assertThat(apply(store, stale)).isInstanceOf(Store.Result.Refused.class);
        assertThat(store.snapshot().job(WEB).orElseThrow().spec()).isEqualTo(job(1));
    }

    @Test
    void deleting_an_intention_that_is_not_there_is_refused_and_changes_nothing() {
        var store = new Store();
        var result = apply(store, new Command.DeleteIntention("a", "b", AT));
        assertThat(result)
                .isInstanceOfSatisfying(
                        Store.Result.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo("there is no intention from a to b"));
        assertThat(store.snapshot().index()).isEqualTo(1);
    }

    @Test
    void a_snapshot_file_gives_the_same_state_back() throws CodecException, IOException {
        var store = new Store();
        fill(store);
        var bytes = new ByteArrayOutputStream();
        SnapshotFile.write(store.snapshot(), bytes);
        var restored = SnapshotFile.read(new ByteArrayInputStream(bytes.toByteArray()));
        var before = store.snapshot();
        assertThat(restored.index()).isEqualTo(before.index());
        assertThat(restored.index(Table.JOBS)).isEqualTo(before.index(Table.JOBS));
        assertThat(restored.jobs()).containsExactlyElementsOf(before.jobs());
        assertThat(restored.versionsOf(WEB)).isEqualTo(before.versionsOf(WEB));
        assertThat(restored.nodes()).containsExactlyElementsOf(before.nodes());
        assertThat(restored.intentions()).containsExactlyElementsOf(before.intentions());
        assertThat(restored.evaluationsOf(WEB)).isEqualTo(before.evaluationsOf(WEB));
        var again = new ByteArrayOutputStream();
        SnapshotFile.write(restored, again);
        assertThat(again.toByteArray()).isEqualTo(bytes.toByteArray());
    }

    @Test
    void a_damaged_snapshot_file_is_refused() throws CodecException, IOException {
        var store = new Store();
        fill(store);
        var bytes = new ByteArrayOutputStream();
        SnapshotFile.write(store.snapshot(), bytes);
        byte[] whole = bytes.toByteArray();
        byte[] flipped = whole.clone();
        flipped[whole.length / 2] ^= 4;
        byte[] cut = java.util.Arrays.copyOf(whole, whole.length - 5);
        for (byte[] damaged : List.of(flipped, cut)) {
            assertThatThrownBy(() -> SnapshotFile.read(new ByteArrayInputStream(damaged)))
                    .isInstanceOf(IOException.class);
        }
    }

    private static void fill(Store store) throws CodecException {
        apply(store, register(1));
        var evaluation = Codec.fromJson(
                Evaluation.class, "{\"ID\":\"e1\",\"JobID\":\"web\",\"Type\":\"service\",\"Priority\":50}");
        apply(store, new Command.RegisterJob(job(3), Optional.empty(), Optional.of(evaluation), AT));
        var node = Codec.fromJson(NodeSpec.class, "{\"ID\":\"n1\",\"Name\":\"alpha\"}");
        apply(store, new Command.RegisterNode(node, List.of(), AT));
        var intention = Codec.fromJson(
                Intention.class, "{\"ID\":\"i1\",\"SourceName\":\"a\",\"DestinationName\":\"b\",\"Action\":\"deny\"}");
        apply(store, new Command.PutIntention(intention, AT));
    }
}
