package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.state.Snapshot;
import dev.steppe.state.SnapshotFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Proves over HTTP, with a whole agent, what users keep in it: variables, keys with values, sessions. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DataTest {
    private final HttpClient http = HttpClient.newHttpClient();
    private Path directory = Path.of("");
    private Assembly agent;

    private record Reply(int status, String body, long index) {
        Object at(String path) {
            try {
                Object value = Codec.fromJson(Object.class, body);
                for (var step : path.split("/")) {
                    value = value instanceof List<?> list
                            ? list.get(Integer.parseInt(step))
                            : ((Map<?, ?>) value).get(step);
                }
                return String.valueOf(value);
            } catch (CodecException wrong) {
                throw new AssertionError(body, wrong);
            }
        }
    }

    @BeforeAll
    void start(@TempDir Path temporary) throws IOException {
        directory = temporary;
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        agent = Assembly.start(AgentOptions.development(directory).onFreePorts());
        AgentTest.await(
                "keys and a node",
                () -> agent.server().snapshot().activeDataKey().isPresent()
                        && agent.server().snapshot().nodeCount() == 1);
    }

    @AfterAll
    void stop() throws Exception {
        agent.stopAndRemove();
        agent.close();
    }

    private Snapshot state() {
        return agent.server().snapshot();
    }

    private static HttpRequest request(InetSocketAddress to, String method, String path, String body) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to.getPort() + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private static Reply reply(HttpResponse<byte[]> response) {
        long index = response.headers()
                .firstValue("X-Consul-Index")
                .or(() -> response.headers().firstValue("X-Nomad-Index"))
                .map(Long::parseLong)
                .orElse(0L);
        return new Reply(response.statusCode(), new String(response.body(), StandardCharsets.UTF_8), index);
    }

    private Reply nomad(String method, String path, String body) throws IOException, InterruptedException {
        return reply(http.send(request(agent.nomadAddress(), method, path, body), BodyHandlers.ofByteArray()));
    }

    private Reply consul(String method, String path, String body) throws IOException, InterruptedException {
        return reply(http.send(request(agent.consulAddress(), method, path, body), BodyHandlers.ofByteArray()));
    }

    private CompletableFuture<Reply> waiting(String path) {
        return http.sendAsync(request(agent.consulAddress(), "GET", path, ""), BodyHandlers.ofByteArray())
                .thenApply(DataTest::reply);
    }

    // ---- variables

    @Test
    void a_variable_is_written_read_listed_and_deleted() throws Exception {
        var written = nomad("PUT", "/v1/var/app/db", """
                {"Namespace":"default","Path":"app/db","Items":{"user":"me","password":"pa\\"ss"}}""");
        assertThat(written.status()).as(written.body()).isEqualTo(200);
        assertThat(written.at("Items/password")).isEqualTo("pa\"ss");
        var read = nomad("GET", "/v1/var/app/db", "");
        assertThat(read.at("Path") + " " + read.at("Items/user")).isEqualTo("app/db me");
        assertThat(String.valueOf(read.index())).isEqualTo(read.at("ModifyIndex"));
        var list = nomad("GET", "/v1/vars?prefix=app/", "");
        assertThat(list.at("0/Path")).isEqualTo("app/db");
        assertThat(list.body()).doesNotContain("Items", "password");
        assertThat(nomad("DELETE", "/v1/var/app/db", "").status()).isEqualTo(204);
        assertThat(nomad("GET", "/v1/var/app/db", "").status()).isEqualTo(404);
    }

    @Test
    void a_write_over_what_somebody_else_wrote_is_answered_with_theirs() throws Exception {
        assertThat(nomad("PUT", "/v1/var/cas?cas=0", "{\"Items\":{\"a\":\"1\"}}")
                        .status())
                .isEqualTo(200);
        var conflict = nomad("PUT", "/v1/var/cas?cas=0", "{\"Items\":{\"a\":\"2\"}}");
        assertThat(conflict.status()).isEqualTo(409);
        assertThat(conflict.at("Items/a")).isEqualTo("1");
        assertThat(nomad("DELETE", "/v1/var/cas?cas=1", "").status()).isEqualTo(409);
        var gone = nomad("PUT", "/v1/var/not-there?cas=7", "{\"Items\":{\"a\":\"2\"}}");
        assertThat(gone.status() + " " + gone.at("ModifyIndex") + " " + gone.at("Path"))
                .isEqualTo("409 0 not-there");
        assertThat(nomad("PUT", "/v1/var/cas?cas=" + conflict.at("ModifyIndex"), "{\"Items\":{\"a\":\"2\"}}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void what_a_variable_cannot_be_is_refused_with_the_reason() throws Exception {
        assertThat(nomad("PUT", "/v1/var/nomad/secret", "{\"Items\":{\"a\":\"1\"}}")
                        .body())
                .contains("reserved", "nomad/jobs");
        assertThat(nomad("PUT", "/v1/var/a%20b", "{\"Items\":{\"a\":\"1\"}}").status())
                .isEqualTo(400);
        assertThat(nomad("PUT", "/v1/var/empty", "{\"Items\":{}}").body()).contains("missing required Items");
        assertThat(nomad("PUT", "/v1/var/big", "{\"Items\":{\"a\":\"" + "x".repeat(65_536) + "\"}}")
                        .body())
                .contains("64KiB");
        assertThat(nomad("PUT", "/v1/var/path", "{\"Path\":\"other\",\"Items\":{\"a\":\"1\"}}")
                        .status())
                .isEqualTo(400);
        assertThat(nomad("PUT", "/v1/var/type", "{\"Items\":{\"a\":1}}").body()).contains("quotes");
    }

    @Test
    void a_lock_lets_only_its_holder_write() throws Exception {
        var locked = nomad("PUT", "/v1/var/lock?lock-acquire", "{\"Lock\":{\"TTL\":\"30s\",\"LockDelay\":\"1s\"}}");
        assertThat(locked.status()).as(locked.body()).isEqualTo(200);
        var id = locked.at("Lock/ID");
        assertThat(nomad("PUT", "/v1/var/lock?lock-acquire", "{}").status()).isEqualTo(409);
        assertThat(nomad("PUT", "/v1/var/lock", "{\"Items\":{\"a\":\"1\"}}").status())
                .isEqualTo(409);
        var mine = "{\"Items\":{\"a\":\"1\"},\"Lock\":{\"ID\":\"" + id + "\"}}";
        assertThat(nomad("PUT", "/v1/var/lock", mine).status()).isEqualTo(200);
        assertThat(nomad("GET", "/v1/var/lock", "").body()).doesNotContain(String.valueOf(id));
        assertThat(nomad("PUT", "/v1/var/lock?lock-renew", mine).status()).isEqualTo(200);
        assertThat(nomad("PUT", "/v1/var/lock?lock-renew", "{\"Lock\":{\"ID\":\"x\"}}")
                        .status())
                .isEqualTo(409);
        assertThat(nomad("PUT", "/v1/var/lock?lock-release&cas=1", mine).status())
                .isEqualTo(400);
        assertThat(nomad("PUT", "/v1/var/lock?lock-release", mine).status()).isEqualTo(200);
        assertThat(nomad("PUT", "/v1/var/lock?lock-acquire", "{\"Lock\":{\"TTL\":\"1s\"}}")
                        .body())
                .contains("10s and 24h");
        assertThat(nomad("PUT", "/v1/var/lock?lock-acquire", "{}").at("Items/a"))
                .isEqualTo("1");
    }

    @Test
    void no_secret_is_in_the_state_the_snapshot_or_a_file_others_can_read() throws Exception {
        var secret = "correct-horse-battery";
        nomad("PUT", "/v1/var/secret", "{\"Items\":{\"password\":\"" + secret + "\"}}");
        var snapshot = new ByteArrayOutputStream();
        SnapshotFile.write(state(), snapshot);
        assertThat(snapshot.toString(StandardCharsets.ISO_8859_1)).doesNotContain(secret);
        assertThat(FilesBelow.holding(directory.resolve("data"), secret)).isEmpty();
        try (var keys = Files.list(directory.resolve("data/keyring"))) {
            for (var key : keys.toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                        .isEqualTo("rw-------");
            }
        }
    }

    @Test
    void a_full_rotation_seals_everything_anew_and_the_old_key_can_go() throws Exception {
        nomad("PUT", "/v1/var/rotated", "{\"Items\":{\"a\":\"1\"}}");
        var old = state().activeDataKey().orElseThrow().id();
        var index = nomad("GET", "/v1/var/rotated", "").at("ModifyIndex");
        var made = nomad("PUT", "/v1/operator/keyring/rotate?full=true", "");
        assertThat(made.at("Key/State")).isEqualTo("active");
        AgentTest.await(
                "everything sealed anew",
                () -> state().dataKey(old).orElseThrow().state().name().equals("INACTIVE"));
        assertThat(nomad("DELETE", "/v1/operator/keyring/key/" + old, "").status())
                .isEqualTo(200);
        assertThat(nomad("GET", "/v1/var/rotated", "").at("Items/a")).isEqualTo("1");
        assertThat(nomad("GET", "/v1/var/rotated", "").at("ModifyIndex")).isEqualTo(index);
        assertThat(nomad("DELETE", "/v1/operator/keyring/key/" + made.at("Key/KeyID"), "")
                        .status())
                .isEqualTo(500);
    }

    // ---- keys

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void a_key_is_written_read_listed_and_deleted() throws Exception {
        assertThat(consul("PUT", "/v1/kv/k/a%20b?flags=18446744073709551615", "hi")
                        .body())
                .isEqualTo("true");
        consul("PUT", "/v1/kv/k/dir/x", "");
        consul("PUT", "/v1/kv/k/dir/y", "2");
        var read = consul("GET", "/v1/kv/k/a%20b", "");
        assertThat(read.at("0/Key") + " " + read.at("0/Value") + " " + read.at("0/Flags"))
                .isEqualTo("k/a b " + base64("hi") + " 18446744073709551615");
        assertThat(consul("GET", "/v1/kv/k/a%20b?raw", "").body()).isEqualTo("hi");
        assertThat(consul("GET", "/v1/kv/k/dir/x", "").body()).contains("\"Value\":null");
        assertThat(consul("GET", "/v1/kv/k/?keys&separator=/", "").body()).isEqualTo("[\"k/a b\",\"k/dir/\"]");
        assertThat(consul("GET", "/v1/kv/k/?recurse", "").at("2/Key")).isEqualTo("k/dir/y");
        assertThat(consul("DELETE", "/v1/kv/k/dir?recurse", "").body()).isEqualTo("true");
        assertThat(consul("GET", "/v1/kv/k?keys", "").body()).isEqualTo("[\"k/a b\"]");
        var missing = consul("GET", "/v1/kv/k/dir/x", "");
        assertThat(missing.status() + missing.body()).isEqualTo("404");
        assertThat(missing.index()).isGreaterThan(1);
        assertThat(consul("PUT", "/v1/kv/", "x").status()).isEqualTo(400);
        assertThat(consul("PUT", "/v1/kv/big", "x".repeat(512 * 1024 + 1)).status())
                .isEqualTo(413);
    }

    @Test
    void a_check_and_set_says_whether_it_happened() throws Exception {
        assertThat(consul("PUT", "/v1/kv/cas?cas=0", "1").body()).isEqualTo("true");
        assertThat(consul("PUT", "/v1/kv/cas?cas=0", "2").body()).isEqualTo("false");
        var index = consul("GET", "/v1/kv/cas", "").at("0/ModifyIndex");
        assertThat(consul("PUT", "/v1/kv/cas?cas=" + index, "2").body()).isEqualTo("true");
        assertThat(consul("DELETE", "/v1/kv/cas?cas=" + index, "").body()).isEqualTo("false");
        assertThat(consul("PUT", "/v1/kv/cas?cas=0&acquire=x", "2").body()).startsWith("Conflicting flags");
    }

    @Test
    void a_reader_waits_for_its_own_key_only() throws Exception {
        consul("PUT", "/v1/kv/watch/other", "1");
        long index = consul("GET", "/v1/kv/watch/mine", "").index();
        var waiting = waiting("/v1/kv/watch/mine?wait=60s&index=" + index);
        for (int i = 0; i < 50; i++) {
            consul("PUT", "/v1/kv/watch/other", "v" + i);
        }
        assertThat(waiting).isNotDone();
        consul("PUT", "/v1/kv/watch/mine", "now");
        var woken = waiting.get(120, TimeUnit.SECONDS);
        assertThat(woken.status()).isEqualTo(200);
        assertThat(woken.index()).isGreaterThan(index);
        var deleted = waiting("/v1/kv/watch/?recurse&wait=60s&index="
                + consul("GET", "/v1/kv/watch/?recurse", "").index());
        consul("DELETE", "/v1/kv/watch/mine", "");
        assertThat(deleted.get(120, TimeUnit.SECONDS).body()).doesNotContain("watch/mine");
    }

    // ---- sessions

    private String session(String body) throws IOException, InterruptedException {
        return String.valueOf(consul("PUT", "/v1/session/create", body).at("ID"));
    }

    @Test
    void a_session_holds_a_key_until_it_ends() throws Exception {
        var one = session("{\"Name\":\"one\",\"TTL\":\"15s\",\"LockDelay\":\"0s\"}");
        var two = session("");
        assertThat(consul("PUT", "/v1/kv/leader?acquire=" + one, "one").body()).isEqualTo("true");
        assertThat(consul("PUT", "/v1/kv/leader?acquire=" + two, "two").body()).isEqualTo("false");
        assertThat(consul("GET", "/v1/kv/leader", "").at("0/Session")).isEqualTo(one);
        assertThat(consul("PUT", "/v1/session/renew/" + one, "").at("0/TTL")).isEqualTo("15s");
        assertThat(consul("GET", "/v1/session/info/" + one, "").at("0/NodeChecks/0"))
                .isEqualTo("serfHealth");
        assertThat(consul("GET", "/v1/session/list", "").body()).contains(one, two);
        assertThat(consul("PUT", "/v1/session/destroy/" + one, "").body()).isEqualTo("true");
        assertThat(consul("GET", "/v1/kv/leader", "").body()).doesNotContain("Session");
        assertThat(consul("PUT", "/v1/kv/leader?acquire=" + two, "two").body()).isEqualTo("true");
        assertThat(consul("PUT", "/v1/kv/leader?release=" + two, "").body()).isEqualTo("true");
        assertThat(consul("GET", "/v1/session/info/" + one, "").body()).isEqualTo("[]");
        assertThat(consul("PUT", "/v1/session/renew/" + one, "").status()).isEqualTo(404);
        assertThat(consul("PUT", "/v1/kv/leader?acquire=" + one, "").status()).isEqualTo(500);
    }

    @Test
    void a_session_that_cannot_live_is_refused_with_the_reason() throws Exception {
        assertThat(consul("PUT", "/v1/session/create", "{\"TTL\":\"1s\"}").body())
                .contains("must be between [10s=24h0m0s]");
        assertThat(consul("PUT", "/v1/session/create", "{\"Node\":\"nobody\"}").body())
                .contains("Missing node registration");
        assertThat(consul("PUT", "/v1/session/create", "{\"NodeChecks\":[\"disk\"]}")
                        .body())
                .contains("Missing check 'disk'");
    }

    // ---- transactions

    @Test
    void a_transaction_happens_as_a_whole() throws Exception {
        var done = consul("PUT", "/v1/txn", """
                [{"KV":{"Verb":"set","Key":"t/a","Value":"%s","Flags":3}},
                 {"KV":{"Verb":"get","Key":"t/a"}},
                 {"KV":{"Verb":"check-not-exists","Key":"t/b"}}]""".formatted(base64("1")));
        assertThat(done.status()).as(done.body()).isEqualTo(200);
        assertThat(done.at("Results/1/KV/Value") + " " + done.at("Results/0/KV/Flags"))
                .isEqualTo(base64("1") + " 3");
        assertThat(done.body()).contains("\"Errors\":null");
        var failed = consul("PUT", "/v1/txn", """
                [{"KV":{"Verb":"set","Key":"t/b","Value":"%s"}},
                 {"KV":{"Verb":"check-index","Key":"t/a","Index":1}}]""".formatted(base64("1")));
        assertThat(failed.status() + " " + failed.at("Errors/0/OpIndex")).isEqualTo("409 1");
        assertThat(failed.body()).contains("\"Results\":null");
        assertThat(consul("GET", "/v1/kv/t/b", "").status()).isEqualTo(404);
        assertThat(consul("PUT", "/v1/txn", "[{\"Node\":{\"Verb\":\"set\"}}]").status())
                .isEqualTo(501);
        var many = "[" + "{\"KV\":{\"Verb\":\"get\",\"Key\":\"a\"}},".repeat(128) + "{\"KV\":{}}]";
        assertThat(consul("PUT", "/v1/txn", many).status()).isEqualTo(413);
        assertThat(consul("PUT", "/v1/event/fire/x", "").status()).isEqualTo(501);
    }
}
