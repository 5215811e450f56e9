package dev.steppe.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.model.AccessToken;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What older servers do not know is carried out nowhere before all have agreed on it, and everywhere from then on. */
class LogFormatTest {
    private static final Instant AT = Instant.parse("2026-01-31T08:00:00Z");

    private static Command token(String accessor, boolean first) {
        return new Command.PutAccessToken(
                new AccessToken(accessor, "a token", "digest of " + accessor, AT, 0), first, Optional.empty(), AT);
    }

    private static String reason(Store.Result result) {
        return result instanceof Store.Result.Refused refused ? refused.reason() : "";
    }

    private static byte[] written(Store store) throws IOException {
        var bytes = new ByteArrayOutputStream();
        SnapshotFile.write(store.snapshot(), bytes);
        return bytes.toByteArray();
    }

    @Test
    void a_command_of_a_newer_format_is_refused_by_every_server_until_they_agreed() throws IOException {
        var stores = List.of(new Store(), new Store(), new Store());
        for (Store store : stores) {
            var refused = store.apply(token("a", true).encode());
            assertThat(refused)
                    .isEqualTo(new Store.Result.Refused(
                            1,
                            "PutAccessToken needs format 2 of the log, and the servers have agreed on 1",
                            new KeyOutcome(List.of(), List.of()),
                            false));
            assertThat(reason(store.apply(new Command.RaiseFormat(2, AT).encode())))
                    .isEmpty();
            assertThat(reason(store.apply(token("a", true).encode()))).isEmpty();
            assertThat(store.snapshot().accessToken("digest of a")).isPresent();
            assertThat(written(store)).isEqualTo(written(stores.getFirst()));
        }
    }

    @Test
    void a_lower_format_changes_nothing() {
        var store = new Store();
        store.apply(new Command.RaiseFormat(2, AT));
        store.apply(new Command.RaiseFormat(1, AT));
        assertThat(store.snapshot().format()).isEqualTo(2);
    }

    @Test
    void a_program_that_is_too_old_for_the_log_goes_no_further() {
        var store = new Store();
        var newer = new Command.RaiseFormat(LogFormat.NEWEST + 1, AT).encode();
        assertThatThrownBy(() -> store.apply(newer))
                .isInstanceOf(LogFormat.TooNewException.class)
                .hasMessageContaining("install the version that the other servers have");
    }

    @Test
    void files_of_the_state_have_its_format_and_older_programs_refuse_them() throws IOException {
        var store = new Store();
        assertThat(SnapshotFile.formatOf(written(store))).isEqualTo(1);
        store.apply(new Command.RaiseFormat(2, AT));
        store.apply(token("a", true));
        var file = written(store);
        assertThat(SnapshotFile.formatOf(file)).isEqualTo(2);
        var read = SnapshotFile.read(new ByteArrayInputStream(file));
        assertThat(read.format()).isEqualTo(2);
        assertThat(read.accessToken("digest of a"))
                .hasValueSatisfying(token -> assertThat(token.createIndex()).isEqualTo(3));
        file[7] = LogFormat.NEWEST + 1;
        assertThatThrownBy(() -> SnapshotFile.read(new ByteArrayInputStream(file)))
                .hasMessageContaining("snapshot of version " + (LogFormat.NEWEST + 1));
    }

    @Test
    void an_archive_of_a_newer_format_is_restored_only_where_servers_agreed_on_it() throws IOException {
        var from = new Store();
        from.apply(new Command.RaiseFormat(2, AT));
        from.apply(token("a", true));
        var content = written(from);
        int half = content.length / 2;
        var parts = List.<Command>of(
                new Command.RestorePart("x", 0, 2, Arrays.copyOf(content, half), AT),
                new Command.RestorePart("x", 1, 2, Arrays.copyOfRange(content, half, content.length), AT));
        assertThat(parts).extracting(Command::format).containsExactly(2, 1);
        var to = new Store();
        assertThat(reason(to.apply(parts.getFirst()))).contains("needs format 2");
        to.apply(new Command.RaiseFormat(2, AT));
        parts.forEach(part -> assertThat(reason(to.apply(part))).isEmpty());
        assertThat(to.snapshot().accessToken("digest of a")).isPresent();
        assertThat(to.snapshot().format()).isEqualTo(2);
    }

    @Test
    void the_first_token_needs_nobody_and_another_one_somebody_or_the_index_of_the_newest() {
        var store = new Store();
        store.apply(new Command.RaiseFormat(2, AT));
        assertThat(reason(store.apply(token("a", true)))).isEmpty();
        assertThat(reason(store.apply(token("b", true)))).isEqualTo("ACL bootstrap already done (reset index: 3)");
        assertThat(reason(store.apply(token("b", false)))).isEmpty();
        var lost = new AccessToken("c", "a token", "digest of c", AT, 0);
        assertThat(reason(store.apply(new Command.PutAccessToken(lost, true, Optional.of(3L), AT))))
                .contains("already done (reset index: 4)");
        assertThat(reason(store.apply(new Command.PutAccessToken(lost, true, Optional.of(4L), AT))))
                .isEmpty();
        assertThat(reason(store.apply(new Command.DeleteAccessToken("a", AT)))).isEmpty();
        assertThat(reason(store.apply(new Command.DeleteAccessToken("a", AT)))).isEqualTo("ACL token not found");
        store.apply(new Command.DeleteAccessToken("b", AT));
        assertThat(reason(store.apply(new Command.DeleteAccessToken("c", AT)))).contains("the last token");
    }
}
