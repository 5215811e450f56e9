package dev.steppe.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.AutopilotSettings;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The whole state is replaced by an archived one, the same on every server, or not at all. */
class RestoreTest {
    private static final Instant AT = Instant.parse("2026-01-31T08:00:00Z");

    private static Command register(String id) throws CodecException {
        var job = Codec.fromJson(
                JobSpec.class,
                "{\"ID\":\"" + id + "\",\"TaskGroups\":[{\"Name\":\"g\",\"Tasks\":[{\"Name\":\"t\",\"Driver\":"
                        + "\"raw_exec\"}]}]}");
        return new Command.RegisterJob(job, Optional.empty(), Optional.empty(), AT);
    }

    private static byte[] file(Snapshot snapshot) throws IOException {
        var bytes = new ByteArrayOutputStream();
        SnapshotFile.write(snapshot, bytes);
        return bytes.toByteArray();
    }

    private static List<Command> parts(String archive, byte[] state, int count) {
        var commands = new ArrayList<Command>();
        int size = Math.ceilDiv(state.length, count);
        for (int part = 0; part < count; part++) {
            var content = Arrays.copyOfRange(state, part * size, Math.min(state.length, (part + 1) * size));
            commands.add(new Command.RestorePart(archive, part, count, content, AT));
        }
        return commands;
    }

    private static boolean has(Store store, String job) {
        return store.snapshot().job(new JobKey("default", new JobId(job))).isPresent();
    }

    @Test
    void state_of_an_archive_takes_the_place_of_what_was_there() throws Exception {
        var source = new Store();
        for (int i = 0; i < 20; i++) {
            source.apply(register("kept" + i));
        }
        source.apply(new Command.PutAutopilot(
                new AutopilotSettings(false, Duration.ofMillis(300), 7, 3, Duration.ofSeconds(4), 0, 0),
                Optional.empty(),
                AT));
        var target = new Store();
        target.apply(register("other"));
        var events = new ArrayList<Event>();
        target.listen((after, changes) -> events.addAll(changes));
        for (var command : parts("a", file(source.snapshot()), 3)) {
            assertThat(target.apply(command.encode())).isInstanceOf(Store.Result.Applied.class);
        }
        assertThat(has(target, "other")).isFalse();
        assertThat(has(target, "kept19")).isTrue();
        assertThat(target.snapshot().autopilot().maxTrailingLogs()).isEqualTo(7);
        assertThat(target.snapshot().index())
                .as("never goes back")
                .isGreaterThan(source.snapshot().index());
        assertThat(target.snapshot().index(Table.JOBS))
                .isEqualTo(target.snapshot().index());
        assertThat(events).anyMatch(Event.Replaced.class::isInstance);
    }

    @Test
    void damaged_archive_changes_nothing_and_is_refused_the_same_everywhere() throws Exception {
        var source = new Store();
        source.apply(register("kept"));
        var state = file(source.snapshot());
        state[state.length / 2] ^= 1;
        var results = new ArrayList<Store.Result>();
        for (int server = 0; server < 2; server++) {
            var target = new Store();
            target.apply(register("other"));
            var commands = parts("a", state, 2);
            target.apply(commands.getFirst());
            results.add(target.apply(commands.getLast()));
            assertThat(has(target, "other")).isTrue();
        }
        assertThat(results.getFirst()).isInstanceOf(Store.Result.Refused.class).isEqualTo(results.getLast());
    }

    @Test
    void parts_of_two_archives_are_never_mixed() throws Exception {
        var source = new Store();
        source.apply(register("kept"));
        var state = file(source.snapshot());
        var target = new Store();
        target.apply(parts("a", state, 3).get(0));
        target.apply(parts("b", state, 3).get(0));
        assertThat(target.apply(parts("a", state, 3).get(1))).isInstanceOf(Store.Result.Refused.class);
        assertThat(target.apply(parts("b", state, 3).get(2))).isInstanceOf(Store.Result.Refused.class);
        assertThat(target.apply(parts("b", state, 3).get(1))).isInstanceOf(Store.Result.Applied.class);
    }

    @Test
    void parts_that_are_not_what_their_name_says_are_refused() throws Exception {
        var source = new Store();
        source.apply(register("kept"));
        var state = file(source.snapshot());
        var digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(state));
        var target = new Store();
        for (var command : parts(Command.RestorePart.named("0".repeat(64), "1"), state, 2)) {
            target.apply(command);
        }
        assertThat(has(target, "kept")).isFalse();
        for (var command : parts(Command.RestorePart.named(digest, "2"), state, 2)) {
            assertThat(target.apply(command)).isInstanceOf(Store.Result.Applied.class);
        }
        assertThat(has(target, "kept")).isTrue();
    }

    @Test
    void server_that_starts_between_two_parts_goes_on_with_the_next() throws Exception {
        var source = new Store();
        source.apply(register("kept"));
        var commands = parts("a", file(source.snapshot()), 2);
        var first = new Store();
        first.apply(commands.getFirst());
        var second = new Store();
        second.restore(SnapshotFile.read(new ByteArrayInputStream(file(first.snapshot()))));
        first.apply(commands.getLast());
        second.apply(commands.getLast());
        assertThat(has(second, "kept")).isTrue();
        assertThat(file(second.snapshot())).isEqualTo(file(first.snapshot()));
    }

    @Test
    void autopilot_is_changed_only_when_nobody_changed_it_meanwhile() {
        var store = new Store();
        var wanted = AutopilotSettings.standard();
        assertThat(store.apply(new Command.PutAutopilot(wanted, Optional.of(0L), AT)))
                .isInstanceOf(Store.Result.Applied.class);
        assertThat(store.apply(new Command.PutAutopilot(wanted, Optional.of(0L), AT)))
                .isInstanceOf(Store.Result.Refused.class);
        long index = store.snapshot().autopilot().modifyIndex();
        assertThat(store.apply(new Command.PutAutopilot(wanted, Optional.of(index), AT)))
                .isInstanceOf(Store.Result.Applied.class);
        assertThat(store.snapshot().autopilot().createIndex()).isEqualTo(index);
    }
}
