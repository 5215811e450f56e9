package dev.steppe.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.AuthorityRoot;
import dev.steppe.model.data.Ciphertext;
import dev.steppe.model.data.KeyEntry;
import dev.steppe.model.data.KeyOperation;
import dev.steppe.model.data.Session;
import dev.steppe.model.data.Variable;
import dev.steppe.model.data.VariableKey;
import dev.steppe.model.data.VariableLock;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Proves how keys, sessions and variables change, and that a change wakes those it concerns and no others. */
class KeySpaceTest {
    private static final Instant AT = Instant.parse("2026-01-31T08:00:00Z");
    private static final VariableKey DB = new VariableKey("default", "app/db");

    private final Store store = new Store();

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Store.Result apply(Command command) {
        return store.apply(command.encode());
    }

    private KeyOutcome run(Instant at, KeyOperation... operations) {
        return apply(new Command.ChangeKeys(List.of(operations), at)).keys();
    }

    private KeyOutcome run(KeyOperation... operations) {
        return run(AT, operations);
    }

    private void session(String id, Session.Behavior behavior) {
        var session =
                new Session(id, "", "n1", Duration.ofSeconds(15), behavior, Duration.ZERO, List.of(), List.of(), 0, 0);
        apply(new Command.CreateSession(session, AT));
    }

    private static KeyOperation set(String key, String value) {
        return new KeyOperation.Set(key, bytes(value), 7);
    }

    @Test
    void a_transaction_happens_as_a_whole_or_not_at_all() {
        run(set("a", "1"));
        long before = store.snapshot().index();
        var outcome = run(
                set("b", "2"),
                new KeyOperation.SetAt("a", bytes("9"), 0, 1),
                new KeyOperation.CheckAbsent("a"),
                new KeyOperation.Read("nowhere"));
        assertThat(outcome.failures()).extracting(KeyOutcome.Failure::operation).containsExactly(1, 2, 3);
        assertThat(store.snapshot().keys().get("b")).isEmpty();
        assertThat(store.snapshot().index()).isEqualTo(before);
    }

    @Test
    void an_operation_sees_what_those_before_it_did() {
        var outcome = run(set("a", "1"), new KeyOperation.Read("a"), set("a", "2"), new KeyOperation.ReadTree(""));
        assertThat(outcome.results())
                .extracting(result -> new String(result.entry().value(), StandardCharsets.UTF_8))
                .containsExactly("1", "1", "2", "2");
    }

    @Test
    void writing_what_is_there_already_changes_nothing() {
        run(set("a", "1"));
        long index = store.snapshot().indexOfKey("a");
        run(set("a", "1"));
        assertThat(store.snapshot().indexOfKey("a")).isEqualTo(index);
        run(set("a", "2"));
        assertThat(store.snapshot().indexOfKey("a")).isGreaterThan(index);
    }

    @Test
    void one_session_at_a_time_holds_a_key() {
        session("s1", Session.Behavior.RELEASE);
        session("s2", Session.Behavior.RELEASE);
        assertThat(run(new KeyOperation.Acquire("lock", bytes("me"), 0, "s1")).succeeded())
                .isTrue();
        assertThat(run(new KeyOperation.Acquire("lock", bytes("you"), 0, "s2")).succeeded())
                .isFalse();
        assertThat(run(new KeyOperation.Acquire("lock", bytes("again"), 0, "s1"))
                        .succeeded())
                .isTrue();
        assertThat(entry("lock").lockIndex()).isEqualTo(1);
        assertThat(run(new KeyOperation.Release("lock", bytes(""), 0, "s2")).succeeded())
                .isFalse();
        assertThat(run(new KeyOperation.Release("lock", bytes(""), 0, "s1")).succeeded())
                .isTrue();
        assertThat(run(new KeyOperation.Acquire("lock", bytes("you"), 0, "s2")).succeeded())
                .isTrue();
        assertThat(entry("lock").lockIndex()).isEqualTo(2);
        assertThat(store.snapshot().keys().heldBy("s1")).isEmpty();
        assertThat(store.snapshot().keys().heldBy("s2")).hasSize(1);
    }

    private KeyEntry entry(String key) {
        return store.snapshot().keys().get(key).orElseThrow();
    }

    @Test
    void a_session_that_ends_lets_go_of_its_keys_and_keeps_others_off_for_its_delay() {
        session("s1", Session.Behavior.RELEASE);
        session("s2", Session.Behavior.RELEASE);
        run(new KeyOperation.Acquire("lock", bytes("me"), 0, "s1"));
        apply(new Command.DestroySession("s1", AT));
        assertThat(entry("lock").session()).isEmpty();
        var wish = new KeyOperation.Acquire("lock", bytes("you"), 0, "s2");
        assertThat(run(AT.plusSeconds(14), wish).failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.reason()).contains("lock delay"));
        assertThat(run(AT.plusSeconds(15), wish).succeeded()).isTrue();
    }

    @Test
    void a_session_that_deletes_takes_its_keys_with_it() {
        session("s1", Session.Behavior.DELETE);
        run(new KeyOperation.Acquire("lock", bytes("me"), 0, "s1"), set("other", "1"));
        apply(new Command.DestroySession("s1", AT));
        assertThat(store.snapshot().keys().under("")).extracting(KeyEntry::key).containsExactly("other");
    }

    @Test
    void a_removed_key_has_a_newer_index_also_when_it_is_forgotten() {
        run(set("a/b", "1"));
        run(set("z", "1"));
        long before = store.snapshot().indexOfKeysUnder("a/");
        run(new KeyOperation.DeleteTree("a/"));
        long removed = store.snapshot().indexOfKey("a/b");
        assertThat(removed).isGreaterThan(before);
        assertThat(store.snapshot().indexOfKeysUnder("a/")).isEqualTo(removed);
        run(set("z", "2"));
        assertThat(store.snapshot().indexOfKey("a/b")).isEqualTo(removed);
        apply(new Command.ReapTombstones(removed, AT));
        assertThat(store.snapshot().keys().tombstonesBefore(AT.plusSeconds(1))).isEmpty();
        assertThat(store.snapshot().indexOfKey("a/b")).isGreaterThan(removed);
    }

    @Test
    void a_change_concerns_who_waits_for_that_key_or_a_prefix_of_it() {
        var watchers = new Watchers<String>();
        watchers.add("exact", List.of(new Interest.OneKey("a/b")));
        watchers.add("prefix", List.of(new Interest.KeysUnder("a/")));
        watchers.add("all", List.of(new Interest.KeysUnder("")));
        watchers.add("table", List.of(new Interest.Whole(Table.KEYS)));
        watchers.add("other", List.of(new Interest.OneKey("a"), new Interest.KeysUnder("a/b/")));
        assertThat(watchers.concerned(List.of(new Event.KeyChanged("a/b"))))
                .containsExactlyInAnyOrder("exact", "prefix", "all", "table");
        assertThat(watchers.concerned(List.of(new Event.Other(Table.KEYS)))).hasSize(5);
        watchers.remove("exact", List.of(new Interest.OneKey("a/b")));
        assertThat(watchers.concerned(List.of(new Event.KeyChanged("a/b")))).doesNotContain("exact");
        assertThat(watchers.size()).isEqualTo(5);
    }

    private static Ciphertext sealed(String text) {
        return new Ciphertext("k1", new byte[12], bytes(text));
    }

    private Optional<Variable> variable() {
        return store.snapshot().variable(DB);
    }

    private boolean isRefused(Command command) {
        return apply(command) instanceof Store.Result.Refused;
    }

    @Test
    void a_variable_is_written_only_over_the_version_one_knows() {
        assertThat(isRefused(new Command.PutVariable(DB, sealed("1"), Optional.of(3L), "", AT)))
                .isTrue();
        apply(new Command.PutVariable(DB, sealed("1"), Optional.of(0L), "", AT));
        assertThat(isRefused(new Command.PutVariable(DB, sealed("2"), Optional.of(0L), "", AT)))
                .isTrue();
        long index = variable().orElseThrow().modifyIndex();
        assertThat(isRefused(new Command.DeleteVariable(DB, Optional.of(index + 1), "", AT)))
                .isTrue();
        apply(new Command.PutVariable(DB, sealed("2"), Optional.of(index), "", AT.plusSeconds(1)));
        assertThat(variable().orElseThrow().createTime()).isEqualTo(AT);
        assertThat(variable().orElseThrow().modifyTime()).isEqualTo(AT.plusSeconds(1));
        apply(new Command.DeleteVariable(DB, Optional.empty(), "", AT));
        assertThat(variable()).isEmpty();
    }

    @Test
    void a_locked_variable_is_written_by_its_holder_only_and_a_lost_lock_is_free_after_its_delay() {
        var lock = new VariableLock("l1", Duration.ofSeconds(15), Duration.ofSeconds(10));
        apply(new Command.LockVariable(DB, sealed(""), true, lock, AT));
        assertThat(isRefused(new Command.PutVariable(DB, sealed("1"), Optional.empty(), "", AT)))
                .isTrue();
        assertThat(isRefused(new Command.PutVariable(DB, sealed("1"), Optional.empty(), "l1", AT)))
                .isFalse();
        var other = new VariableLock("l2", Duration.ofSeconds(15), Duration.ofSeconds(10));
        assertThat(isRefused(new Command.LockVariable(DB, sealed(""), true, other, AT)))
                .isTrue();
        apply(new Command.UnlockVariable(DB, "l1", true, AT));
        assertThat(isRefused(new Command.LockVariable(DB, sealed(""), true, other, AT.plusSeconds(9))))
                .isTrue();
        assertThat(isRefused(new Command.LockVariable(DB, sealed(""), true, other, AT.plusSeconds(10))))
                .isFalse();
        assertThat(variable().orElseThrow().items().bytes()).isEqualTo(bytes("1"));
    }

    @Test
    void a_key_that_seals_something_is_not_removed_before_everything_is_sealed_anew() {
        apply(new Command.PutDataKey("k1", sealed("w1"), false, AT));
        apply(new Command.PutVariable(DB, sealed("1"), Optional.empty(), "", AT));
        long index = variable().orElseThrow().modifyIndex();
        assertThat(isRefused(new Command.RemoveDataKey("k1", true, AT))).isTrue();
        apply(new Command.PutDataKey("k2", sealed("w2"), true, AT));
        assertThat(isRefused(new Command.RemoveDataKey("k1", false, AT))).isTrue();
        var anew = new Ciphertext("k2", new byte[12], bytes("1"));
        apply(new Command.ResealVariables(
                List.of(new Command.Resealed(DB, index, anew), new Command.Resealed(DB, index - 1, sealed("old"))),
                List.of(),
                AT));
        assertThat(variable().orElseThrow().items().keyId()).isEqualTo("k2");
        assertThat(variable().orElseThrow().modifyIndex()).isEqualTo(index);
        apply(new Command.ResealVariables(List.of(), List.of("k1"), AT));
        assertThat(isRefused(new Command.RemoveDataKey("k1", false, AT))).isFalse();
        assertThat(store.snapshot().activeDataKey().orElseThrow().id()).isEqualTo("k2");
    }

    @Test
    void a_key_that_opens_the_certificate_authority_is_not_removed_even_by_force() {
        apply(new Command.PutDataKey("k1", sealed("w1"), false, AT));
        var root = new AuthorityRoot("r", "r", "pem", "key in clear", AT, AT, true);
        apply(new Command.PutRoot(root, AT));
        assertThat(store.snapshot().activeRoot().orElseThrow().privateKeyPem())
                .as("as an earlier version wrote it")
                .isEqualTo("key in clear");
        apply(new Command.PutRoot(root.sealed(new Ciphertext("k1", new byte[12], bytes("1"))), AT));
        assertThat(store.snapshot().activeRoot().orElseThrow().privateKeyPem()).isEmpty();
        apply(new Command.PutDataKey("k2", sealed("w2"), true, AT));
        assertThat(isRefused(new Command.RemoveDataKey("k1", true, AT))).isTrue();
        apply(new Command.PutRoot(root.sealed(new Ciphertext("k2", new byte[12], bytes("1"))), AT));
        assertThat(isRefused(new Command.RemoveDataKey("k1", false, AT))).isFalse();
    }

    @Test
    void a_snapshot_file_holds_all_of_it() throws IOException {
        session("s1", Session.Behavior.RELEASE);
        session("s2", Session.Behavior.RELEASE);
        run(set("a", "1"), set("gone", "1"), new KeyOperation.Acquire("lock", bytes("me"), -1, "s2"));
        run(new KeyOperation.Acquire("delayed", bytes(""), 0, "s1"), new KeyOperation.Delete("gone"));
        apply(new Command.DestroySession("s1", AT));
        apply(new Command.PutDataKey("k1", sealed("w"), false, AT));
        apply(new Command.PutVariable(DB, sealed("1"), Optional.empty(), "", AT));
        var written = new ByteArrayOutputStream();
        SnapshotFile.write(store.snapshot(), written);
        var restored = SnapshotFile.read(new ByteArrayInputStream(written.toByteArray()));
        var again = new ByteArrayOutputStream();
        SnapshotFile.write(restored, again);
        assertThat(again.toByteArray()).isEqualTo(written.toByteArray());
        assertThat(restored.keys().heldBy("s2")).extracting(KeyEntry::key).containsExactly("lock");
        assertThat(restored.keys().get("lock").orElseThrow().flags()).isEqualTo(-1);
        assertThat(restored.keys().isDelayed("delayed", AT)).isTrue();
        assertThat(restored.indexOfKey("gone")).isEqualTo(store.snapshot().indexOfKey("gone"));
        assertThat(restored.variable(DB)).isPresent();
    }
}
