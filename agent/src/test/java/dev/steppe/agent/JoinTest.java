package dev.steppe.agent;

import static dev.steppe.agent.Awaiting.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.agent.link.Joining;
import dev.steppe.api.agents.AgentWords;
import dev.steppe.io.TaskScope;
import dev.steppe.model.Ids;
import dev.steppe.model.codec.Codec;
import dev.steppe.security.certificate.AgentRequest;
import dev.steppe.security.certificate.PemText;
import dev.steppe.wire.network.AgentCalls;
import dev.steppe.wire.network.AgentNames;
import dev.steppe.wire.network.AgentRole;
import dev.steppe.wire.network.AgentTls;
import dev.steppe.wire.network.Credentials;
import dev.steppe.wire.network.HostPort;
import dev.steppe.wire.network.SharedKey;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves over real sockets who may join a server, with what, and what it may ask afterwards. */
class JoinTest {
    private static final Duration PATIENCE = Duration.ofSeconds(240);
    private static final AgentNames NAMES = new AgentNames("global", "dc1", true);

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private final SecureRandom random = new SecureRandom();
    private final String node = Ids.random(new SecureRandom());
    private Assembly server;
    private HostPort door;

    @BeforeEach
    void start() throws Exception {
        server = Agents.server(directory.resolve("server"));
        door = HostPort.parse(
                server.agentAddress().orElseThrow().getHostString() + ":"
                        + server.agentAddress().orElseThrow().getPort(),
                0);
        // waits for a leader and its authority
        Agents.token(server, http);
    }

    @AfterEach
    void stop() throws Exception {
        server.stopAndRemove();
        http.shutdownNow();
    }

    private HttpResponse<String> ask(String method, String path, String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(
                                "http://127.0.0.1:" + server.nomadAddress().getPort() + path))
                        .timeout(PATIENCE)
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private Joining token(String wish) throws Exception {
        var answer = ask("PUT", "/v1/agent/join-token", wish);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        var made = (Map<?, ?>) Codec.fromJson(Object.class, answer.body());
        assertThat(made.get("Address")).isEqualTo(door.toString());
        return Joining.parse(made.get("Address") + "#" + made.get("Token"));
    }

    private Joining.Joined join(Joining token, AgentRole role) throws Exception {
        return token.join(NAMES, role, node, random);
    }

    /** A busy machine may take longer for a connection than agents wait for each other; they come again, and so does this. */
    private AgentCalls.Answer answered(AgentCalls calls, AgentCalls.Call call) throws Exception {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return calls.ask(door, call, PATIENCE);
            } catch (IOException busy) {
                if (System.nanoTime() > until) {
                    throw busy;
                }
            }
        }
    }

    @Test
    void a_client_joins_with_a_token_and_may_hand_on_what_people_ask_it() throws Exception {
        var joined = join(token("{}"), AgentRole.CLIENT);

        assertThat(joined.servers()).containsExactly(door);
        var names = NAMES.rolesOf(joined.identity().credentials().certificate());
        assertThat(names).containsExactly(AgentRole.CLIENT);
        try (var calls = AgentCalls.of(new AgentTls(NAMES, joined.identity().credentials()))) {
            var standing = answered(calls, AgentCalls.Call.get("/agent/v1/standing"));
            assertThat(standing.text()).contains("\"Leads\":true", "\"Region\":\"global\"", door.toString());
            var written = calls.ask(
                    door,
                    new AgentCalls.Call(
                            "PUT",
                            "/v1/var/from/a client?cas=0",
                            Map.of("X-Steppe-Face", List.of("nomad")),
                            "{\"Path\":\"from/a client\",\"Items\":{\"a\":\"b\"}}".getBytes(StandardCharsets.UTF_8)),
                    PATIENCE);
            assertThat(written.status()).as(written.text()).isIn(200, 400);
            var services = calls.ask(
                    door,
                    new AgentCalls.Call(
                            "GET", "/v1/catalog/services", Map.of("X-Steppe-Face", List.of("consul")), new byte[0]),
                    PATIENCE);
            assertThat(services.text()).contains("consul");
            var forbidden = calls.ask(
                    door, AgentCalls.Call.put("/agent/v1/server", "{}".getBytes(StandardCharsets.UTF_8)), PATIENCE);
            assertThat(forbidden.status()).as("what only servers may").isEqualTo(404);
        }
    }

    @Test
    void many_who_come_at_once_are_all_served_also_beside_some_who_say_nothing() throws Exception {
        var joined = join(token("{\"Server\":true}"), AgentRole.SERVER);
        var tls = new AgentTls(NAMES, joined.identity().credentials());
        var silent = new ArrayList<Socket>();
        try (var callers = new TaskScope("callers")) {
            for (int i = 0; i < 100; i++) {
                var socket = new Socket(door.host(), door.port());
                silent.add(socket);
                if (i % 2 == 0) {
                    // the beginning of a handshake that never goes on
                    socket.getOutputStream().write(new byte[] {22, 3, 1});
                }
            }
            var answers = new ArrayList<CompletableFuture<Integer>>();
            for (int i = 0; i < 80; i++) {
                var answer = new CompletableFuture<Integer>();
                answers.add(answer);
                callers.startVirtual("caller-" + i, () -> {
                    try (var calls = AgentCalls.of(tls)) {
                        answer.complete(answered(calls, AgentCalls.Call.get("/agent/v1/standing"))
                                .status());
                    } catch (Exception failed) {
                        answer.completeExceptionally(failed);
                    }
                });
            }
            for (CompletableFuture<Integer> answer : answers) {
                assertThat(answer.get()).isEqualTo(200);
            }
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void servers_must_have_the_same_key_or_none() throws Exception {
        var joined = join(token("{\"Server\":true}"), AgentRole.SERVER);
        var tls = new AgentTls(NAMES, joined.identity().credentials());
        var key = new SharedKey(Optional.of("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
        try (var without = AgentCalls.of(tls);
                var with = AgentCalls.of(tls, key)) {
            var standing = AgentCalls.Call.get("/agent/v1/standing");

            assertThat(answered(without, standing).status()).isEqualTo(200);
            var refused = answered(with, standing);
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.text()).contains("the other agent has a key in \"encrypt\" and this server has none");
        }
    }

    @Test
    void the_authority_s_key_is_in_the_state_only_sealed_and_signs_after_a_full_rotation() throws Exception {
        var root = server.server().snapshot().activeRoot().orElseThrow();
        assertThat(root.privateKeyPem()).isEmpty();
        var old = root.sealedKey().orElseThrow().keyId();
        assertThat(ask("PUT", "/v1/operator/keyring/rotate?full=true", "").statusCode())
                .isEqualTo(200);
        await("the key is sealed anew", () -> {
            var snapshot = server.server().snapshot();
            var now = snapshot.activeRoot().orElseThrow().sealedKey().orElseThrow();
            return !now.keyId().equals(old)
                    && now.keyId().equals(snapshot.activeDataKey().orElseThrow().id());
        });
        await(
                "the old key goes",
                () -> ask("DELETE", "/v1/operator/keyring/key/" + old, "").statusCode() == 200);
        assertThat(join(token("{}"), AgentRole.CLIENT).servers()).containsExactly(door);
    }

    @Test
    void a_server_with_another_key_is_refused_before_its_token_is_used() throws Exception {
        var token = token("{\"Server\":true,\"Uses\":1}");
        var key = new SharedKey(Optional.of("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
        assertThatThrownBy(() -> token.join(NAMES, AgentRole.SERVER, node, key, random))
                .hasMessageContaining("the other agent has a key in \"encrypt\" and this server has none");
        assertThat(join(token, AgentRole.SERVER).servers()).containsExactly(door);
    }

    @Test
    void a_certificate_is_renewed_without_a_restart_and_the_new_one_is_shown() throws Exception {
        var joined = join(token("{}"), AgentRole.CLIENT);
        var tls = new AgentTls(NAMES, joined.identity().credentials());
        try (var calls = AgentCalls.of(tls)) {
            var request = AgentRequest.create(random);
            var answer = calls.ask(
                    door,
                    AgentCalls.Call.put(
                            AgentWords.CERTIFICATE,
                            Codec.toJsonBytes(new AgentWords.RenewalWish(request.der()), false)),
                    PATIENCE);
            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            var admitted = Codec.fromJson(AgentWords.Admitted.class, answer.body());
            var chain = PemText.certificates(admitted.chainPem());
            assertThat(request.isFor(chain.getFirst())).isTrue();
            tls.replace(new Credentials(
                    chain,
                    PemText.privateKey(request.privateKeyPem()),
                    tls.credentials().roots()));

            assertThat(answered(calls, AgentCalls.Call.get("/agent/v1/standing"))
                            .status())
                    .isEqualTo(200);
            assertThat(tls.credentials().certificate()).isEqualTo(chain.getFirst());
        }
    }

    @Test
    void a_certificate_of_another_authority_opens_no_connection() throws Exception {
        var other = Agents.server(directory.resolve("other"));
        try {
            var stranger = Agents.token(other, http).join(NAMES, AgentRole.CLIENT, node, random);
            var ours = join(token("{}"), AgentRole.CLIENT).identity().credentials();
            var theirs = stranger.identity().credentials();
            var mixed = new Credentials(theirs.chain(), theirs.key(), ours.roots());
            try (var calls = AgentCalls.of(new AgentTls(NAMES, mixed));
                    var distrusting = AgentCalls.of(new AgentTls(NAMES, theirs))) {
                var standing = AgentCalls.Call.get("/agent/v1/standing");

                assertThatThrownBy(() -> calls.ask(door, standing, PATIENCE)).isInstanceOf(IOException.class);
                assertThatThrownBy(() -> distrusting.ask(door, standing, PATIENCE))
                        .hasMessageContaining("its certificate is of another authority");
            }
        } finally {
            other.stopAndRemove();
        }
    }

    @Test
    void a_token_is_good_for_as_many_agents_as_was_said() throws Exception {
        var token = token("{\"Uses\":1}");
        join(token, AgentRole.CLIENT);

        assertThatThrownBy(() -> join(token, AgentRole.CLIENT)).hasMessageContaining("the join token is used up");
    }

    @Test
    void a_token_for_a_client_makes_no_server() throws Exception {
        var token = token("{}");

        assertThatThrownBy(() -> join(token, AgentRole.SERVER)).hasMessageContaining("the join token is for a client");
        join(token, AgentRole.CLIENT);
    }

    @Test
    void a_token_that_expired_is_told_so() throws Exception {
        var token = token("{\"TTL\":\"1ms\"}");

        assertThatThrownBy(() -> join(token, AgentRole.CLIENT)).hasMessageContaining("the join token expired at");
    }

    @Test
    void a_token_of_another_cluster_trusts_no_server_of_this_one() throws Exception {
        var other = Agents.server(directory.resolve("other"));
        try {
            var foreign = new Joining(door, Agents.token(other, http).secret());

            assertThatThrownBy(() -> join(foreign, AgentRole.CLIENT))
                    .hasMessageContaining("the fingerprint of its authority is not the one in the token");
        } finally {
            other.stopAndRemove();
        }
    }

    @Test
    void a_server_that_is_not_there_is_named() throws Exception {
        var token = token("{}");
        var nowhere = new Joining(new HostPort("127.0.0.1", Agents.PORTS.any()), token.secret());

        assertThatThrownBy(() -> join(nowhere, AgentRole.CLIENT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(nowhere.server() + " cannot be reached");
    }

    @Test
    void what_a_server_keeps_of_its_cluster_is_for_nobody_else_to_read() throws Exception {
        var kept = directory.resolve("server/agents");
        await("the authority in the log", () -> !Files.exists(kept.resolve("authority.json")));

        assertThat(Files.getPosixFilePermissions(kept)).hasSize(3);
        assertThat(Files.getPosixFilePermissions(kept.resolve("identity.json"))).hasSize(2);
    }

    @Test
    void an_agent_of_another_region_is_told_the_name_that_was_expected() throws Exception {
        var token = token("{}");

        assertThatThrownBy(() -> token.join(new AgentNames("eu", "dc1", true), AgentRole.CLIENT, node, random))
                .hasMessageContaining("the certificate is for [server.global.nomad]")
                .hasMessageContaining("expected server.eu.nomad");
        assertThat(Optional.of(token)).isPresent();
    }
}
