package dev.steppe.api.consul;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.api.AgentIdentity;
import dev.steppe.api.LiveCatalog;
import dev.steppe.api.World;
import dev.steppe.api.http.Dialect;
import dev.steppe.api.http.Gate;
import dev.steppe.api.http.HttpServer;
import dev.steppe.api.http.Reply;
import dev.steppe.api.http.Router;
import dev.steppe.model.IntentionAction;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.security.certificate.AuthoritySettings;
import dev.steppe.security.certificate.CertificateAuthority;
import dev.steppe.security.identity.TrustDomain;
import dev.steppe.state.Command;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Proves over HTTP that the Consul dialect shows catalog, health, intentions and roots in the published shapes. */
class ConsulDialectTest {
    private static final AgentIdentity AGENT = new AgentIdentity("alpha", "dc1", "0.1.0", true, true, false);

    private final World world = new World();
    private Optional<HttpServer> running = Optional.empty();

    @BeforeEach
    void start() throws Exception {
        world.node("n1", "alpha", "192.0.2.1");
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        var setup = HttpServer.Setup.of("consul", List.of(address), Dialect.CONSUL, router(), Gate.accessControlOff())
                .withStandingHeaders(ConsulDialect.standingHeaders(AGENT));
        running = Optional.of(HttpServer.start(setup));
    }

    private Router router() {
        return ConsulDialect.router(
                AGENT,
                world,
                new LiveCatalog(world, "dc1"),
                IntentionAction.DENY,
                Optional.empty(),
                world.observation());
    }

    @AfterEach
    void stop() {
        running.ifPresent(HttpServer::close);
        world.close();
    }

    private InetSocketAddress address() {
        return running.orElseThrow().addresses().getFirst();
    }

    private Reply ask(String method, String path, String body) throws IOException {
        return Reply.ask(address(), method, path, body);
    }

    private Reply get(String path) throws IOException {
        return ask("GET", path, "");
    }

    private static String at(Reply reply, String path) {
        Object value;
        try {
            value = Codec.fromJson(Object.class, reply.body());
        } catch (CodecException wrong) {
            throw new AssertionError(reply.text(), wrong);
        }
        for (var step : path.split("/")) {
            value = value instanceof List<?> list ? list.get(Integer.parseInt(step)) : ((Map<?, ?>) value).get(step);
        }
        return String.valueOf(value);
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("condition within 10 s").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** A job whose service has a check and a proxy, running on the node. */
    private void web(String check) throws Exception {
        world.job("web", """
                "Networks":[{"Mode":"bridge","DynamicPorts":[{"Label":"http","To":80}]}],
                "Services":[{"Name":"web","PortLabel":"http","Tags":["v1","blue"],"Meta":{"team":"x"},
                 "Checks":[{"Name":"up","Type":"http","Path":"/","Interval":1000000000,"Timeout":1000000000}],
                 "Connect":{"SidecarService":{}}}]""");
        world.place("a1", "web", "n1", "http:20100:80", "connect-proxy-web:20101:20101");
        report(check);
    }

    private void report(String check) throws Exception {
        world.report("a1", """
                "ClientStatus":"running","TaskStates":{"t":{"State":"running"}},
                "CheckStatuses":{"c1":{"Check":"up","Service":"web","Status":"%s","Output":"HTTP 200"}}""".formatted(check));
    }

    @Test
    void the_route_table_is_as_written_down() throws IOException {
        var table = router().table();
        Files.writeString(Path.of("target/consul-routes.txt"), table);
        try (var expected = ConsulDialectTest.class.getResourceAsStream("routes.txt")) {
            assertThat(table).isEqualTo(new String(expected.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void the_catalog_lists_workloads_proxies_and_the_agents_themselves() throws Exception {
        web("passing");
        var services = get("/v1/catalog/services");
        assertThat(services.text())
                .contains("\"nomad\":", "\"nomad-client\":", "\"consul\":", "\"web\":[\"blue\",\"v1\"]")
                .contains("\"web-sidecar-proxy\":");
        assertThat(services.headers())
                .containsEntry("x-consul-knownleader", "true")
                .containsEntry("x-consul-default-acl-policy", "allow")
                .containsEntry("x-consul-effective-consistency", "leader")
                .containsKey("x-consul-index");

        var row = get("/v1/catalog/service/web?tag=v1&tag=blue");
        assertThat(at(row, "0/ServiceAddress") + ":" + at(row, "0/ServicePort")).isEqualTo("192.0.2.1:20100");
        assertThat(at(row, "0/Node") + at(row, "0/ServiceMeta/team")).isEqualTo("alphax");
        assertThat(get("/v1/catalog/service/web?tag=red").text()).isEqualTo("[]");
        var proxy = get("/v1/catalog/connect/web");
        assertThat(at(proxy, "0/ServiceKind") + at(proxy, "0/ServiceProxy/DestinationServiceName"))
                .isEqualTo("connect-proxyweb");
        assertThat(at(get("/v1/catalog/nodes"), "0/Address")).isEqualTo("192.0.2.1");
        assertThat(at(get("/v1/catalog/node/alpha"), "Node/ID")).isEqualTo("n1");
        assertThat(get("/v1/catalog/node/nobody").text()).isEqualTo("null");
        assertThat(get("/v1/catalog/node-services/alpha").text()).contains("\"Service\":\"web\"");
        assertThat(get("/v1/catalog/datacenters").text()).isEqualTo("[\"dc1\"]");
    }

    @Test
    void health_follows_the_checks_that_nodes_report() throws Exception {
        web("critical");
        assertThat(at(get("/v1/health/service/web"), "0/Checks/1/Status")).isEqualTo("critical");
        assertThat(get("/v1/health/service/web?passing").text()).isEqualTo("[]");
        assertThat(get("/v1/health/service/web?passing=foo").text()).isEqualTo("Invalid value for ?passing");
        report("passing");
        var healthy = get("/v1/health/service/web?passing=true");
        assertThat(at(healthy, "0/Service/Port") + at(healthy, "0/Node/Node")).isEqualTo("20100alpha");
        assertThat(at(healthy, "0/Checks/0/CheckID")).isEqualTo("serfHealth");
        assertThat(at(get("/v1/health/connect/web?passing"), "0/Service/Kind")).isEqualTo("connect-proxy");
        assertThat(at(get("/v1/health/checks/web"), "0/Output")).isEqualTo("HTTP 200");
        assertThat(at(get("/v1/health/node/alpha"), "0/Name")).isEqualTo("Serf Health Status");
        assertThat(get("/v1/health/state/passing").text()).contains("serfHealth", "\"ServiceName\":\"web\"");
        assertThat(get("/v1/health/state/critical").text()).isEqualTo("[]");
        assertThat(get("/v1/health/state/odd").status()).isEqualTo(400);
        assertThat(get("/v1/agent/health/service/name/web?format=text").text()).isEqualTo("passing");
        assertThat(get("/v1/agent/health/service/name/nope").status()).isEqualTo(404);
    }

    @Test
    void a_blocking_read_of_health_wakes_when_a_check_turns() throws Exception {
        web("critical");
        var seen = get("/v1/health/service/web").headers().get("x-consul-index");
        try (var socket = new Socket()) {
            socket.connect(address());
            var request = "GET /v1/health/service/web?passing&wait=30s&index=" + seen + " HTTP/1.1\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            await(() -> world.waiting() > 0);
            report("passing");
            assertThat(at(Reply.read(new BufferedInputStream(socket.getInputStream())), "0/Service/ID"))
                    .startsWith("_nomad-task-a1-");
        }
    }

    @Test
    void the_agent_shows_its_own_services_and_the_members() throws Exception {
        web("passing");
        var self = get("/v1/agent/self");
        assertThat(at(self, "Config/NodeName") + at(self, "Config/NodeID") + at(self, "Member/Status"))
                .isEqualTo("alphan11");
        assertThat(get("/v1/agent/services").text()).contains("\"Service\":\"web\"");
        assertThat(get("/v1/agent/checks").text()).contains("serfHealth");
        assertThat(get("/v1/agent/service/nope").text()).isEqualTo("unknown service ID: nope");
        world.node("n2", "beta", "192.0.2.2");
        var members = get("/v1/agent/members");
        assertThat(at(members, "0/Name") + at(members, "0/Tags/role")).isEqualTo("alphaconsul");
        assertThat(at(members, "1/Name") + at(members, "1/Tags/role")).isEqualTo("betanode");
        assertThat(get("/v1/status/leader").text()).isEqualTo("\"127.0.0.1:4647\"");
    }

    @Test
    void intentions_are_written_read_matched_and_checked() throws Exception {
        var exact = "/v1/connect/intentions/exact?source=api&destination=engine";
        assertThat(get(exact).status()).isEqualTo(404);
        assertThat(get(exact).text()).isEqualTo("Intention not found");
        var refused = get("/v1/connect/intentions/check?source=api&destination=engine");
        assertThat(at(refused, "Allowed")).isEqualTo("false");
        assertThat(at(refused, "Remedy")).contains("intention create").contains("api engine");

        var put = ask("PUT", exact, "{\"Action\":\"allow\",\"Description\":\"needed\"}");
        assertThat(put.text()).isEqualTo("true");
        assertThat(put.headers()).containsKey("x-consul-index");
        assertThat(at(get(exact), "Precedence") + at(get(exact), "Action")).isEqualTo("9allow");
        assertThat(at(get("/v1/connect/intentions/check?source=api&destination=engine"), "Allowed"))
                .isEqualTo("true");

        var created = ask(
                "POST",
                "/v1/connect/intentions",
                "{\"SourceName\":\"*\",\"DestinationName\":\"engine\",\"SourceType\":\"consul\",\"Action\":\"deny\"}");
        var id = at(created, "ID");
        var again = ask(
                "POST",
                "/v1/connect/intentions",
                "{\"SourceName\":\"*\",\"DestinationName\":\"engine\",\"Action\":\"deny\"}");
        assertThat(again.status()).isEqualTo(500);
        assertThat(again.text()).contains("duplicate intention found");
        var list = get("/v1/connect/intentions");
        assertThat(at(list, "0/SourceName") + at(list, "1/SourceName")).isEqualTo("api*");
        var match = get("/v1/connect/intentions/match?by=destination&name=engine&name=other");
        assertThat(at(match, "engine/0/SourceName") + at(match, "other")).isEqualTo("api[]");
        assertThat(at(get("/v1/connect/intentions/" + id), "DestinationName")).isEqualTo("engine");
        assertThat(ask("DELETE", "/v1/connect/intentions/" + id, "").text()).isEqualTo("true");
        assertThat(ask("DELETE", exact, "").text()).isEqualTo("true");
        assertThat(ask("DELETE", exact, "").text()).isEqualTo("true");
        assertThat(get("/v1/connect/intentions").text()).isEqualTo("[]");
    }

    @Test
    void wrong_intentions_are_refused_with_the_reason() throws Exception {
        var exact = "/v1/connect/intentions/exact?source=default/api&destination=engine";
        assertThat(ask("PUT", exact, "{\"action\":\"allow\"}").text()).isEqualTo("true");
        assertThat(ask("PUT", exact, "{\"Action\":\"maybe\"}").status()).isEqualTo(400);
        assertThat(ask("PUT", exact, "{\"Action\":\"allow\",\"SourceName\":\"web\"}")
                        .text())
                .contains("\"api\"", "\"web\"");
        assertThat(ask("PUT", exact, "{\"Permissions\":[{\"Action\":\"allow\"}]}")
                        .status())
                .isEqualTo(501);
        assertThat(get("/v1/connect/intentions/exact?source=a").text())
                .isEqualTo("required query parameter 'destination' not set");
        assertThat(get("/v1/connect/intentions/match?name=a").text())
                .isEqualTo("required query parameter 'by' not set");
        assertThat(get("/v1/connect/intentions/check?source=other/a&destination=b")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void native_applications_can_ask_whether_a_caller_is_allowed() throws Exception {
        ask("PUT", "/v1/connect/intentions/exact?source=api&destination=engine", "{\"Action\":\"allow\"}");
        var body = "{\"Target\":\"engine\",\"ClientCertURI\":\"spiffe://td.consul/ns/default/dc/dc1/svc/%s\"}";
        var allowed = ask("POST", "/v1/agent/connect/authorize", body.formatted("api"));
        assertThat(at(allowed, "Authorized")).isEqualTo("true");
        assertThat(at(allowed, "Reason"))
                .isEqualTo("Matched L4 intention: default/api => default/engine (Precedence: 9, Action: ALLOW)");
        assertThat(at(ask("POST", "/v1/agent/connect/authorize", body.formatted("scraper")), "Authorized"))
                .isEqualTo("false");
    }

    @Test
    void the_roots_of_the_authority_are_shown_and_its_key_is_not() throws Exception {
        assertThat(at(get("/v1/connect/ca/roots"), "Roots")).isEqualTo("[]");
        var now = Instant.parse("2026-03-01T12:00:00Z");
        var domain = TrustDomain.ofCluster(new UUID(1, 2));
        var authority = CertificateAuthority.create(domain, AuthoritySettings.standard(), now, new SecureRandom());
        world.apply(new Command.PutRoot(authority.stored(), now));
        var roots = get("/v1/connect/ca/roots");
        assertThat(at(roots, "TrustDomain")).isEqualTo(domain.name());
        assertThat(at(roots, "ActiveRootID")).isEqualTo(at(roots, "Roots/0/ID"));
        assertThat(at(roots, "Roots/0/PrivateKeyBits")).isEqualTo("256");
        assertThat(roots.text()).doesNotContain("PRIVATE KEY");
        assertThat(get("/v1/connect/ca/roots?pem=true").text()).startsWith("-----BEGIN CERTIFICATE-----");
        assertThat(at(get("/v1/connect/ca/configuration"), "Config/LeafCertTTL"))
                .isEqualTo("72h0m0s");
    }

    @Test
    void lists_are_filtered_by_expressions_as_official_clients_send_them() throws Exception {
        web("success");
        world.node("n2", "beta", "192.0.2.2");
        assertThat(get("/v1/catalog/nodes?filter=Node%20%3D%3D%20beta").text())
                .contains("\"beta\"")
                .doesNotContain("\"alpha\"");
        assertThat(get("/v1/catalog/service/web?filter=ServiceMeta.team%20%3D%3D%20x")
                        .text())
                .contains("\"web\"");
        assertThat(get("/v1/catalog/service/web?filter=%22blue%22%20not%20in%20ServiceTags")
                        .text())
                .isEqualTo("[]");
        var health = "/v1/health/service/web?filter=";
        assertThat(get(health + "Service.Meta%5B%22team%22%5D%20%3D%3D%20%22x%22%20and%20any%20Checks%20as%20c%20"
                                + "%7B%20c.Status%20%3D%3D%20passing%20%7D")
                        .text())
                .contains("\"web\"");
        assertThat(get(health + "Service.Meta.team%20matches%20%60%5Ey%60").text())
                .isEqualTo("[]");
        assertThat(get("/v1/agent/services?filter=Service%20%3D%3D%20web").text())
                .contains("\"web\"");
        assertThat(get("/v1/agent/services?filter=Service%20%3D%3D%20db").text())
                .isEqualTo("{}");
        assertThat(get("/v1/agent/checks?filter=Status%20!%3D%20passing").text())
                .isEqualTo("{}");
        assertThat(get("/v1/agent/members?filter=Name%20%3D%3D%20beta").text()).contains("beta");
        assertThat(get("/v1/catalog/node-services/alpha?filter=Service%20%3D%3D%20db")
                        .text())
                .contains("\"Services\":[]");
        var wrong = get("/v1/catalog/nodes?filter=Nodee%20%3D%3D%20beta");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.text())
                .isEqualTo("Failed to create boolean expression evaluator: there is no field \"Nodee\"."
                        + " Did you mean \"Node\"?");
    }

    @Test
    void what_is_not_served_says_so() throws Exception {
        assertThat(get("/v1/config/a/b").status()).isEqualTo(501);
        assertThat(get("/v1/config/a/b").text()).contains("/v1/config/a/b");
        assertThat(get("/v1/nothing").text()).contains("not a recognized HTTP API endpoint");
        assertThat(ask("PUT", "/v1/catalog/services", "").text()).isEqualTo("method PUT not allowed");
        assertThat(get("/v1/catalog/services?filter=x").status()).isEqualTo(501);
        assertThat(get("/v1/catalog/services?dc=mars").text()).isEqualTo("No path to datacenter");
        assertThat(get("/v1/catalog/services?ns=team").status()).isEqualTo(400);
        assertThat(get("/v1/catalog/services?stale&consistent").status()).isEqualTo(400);
    }

    @Test
    void what_jobs_asked_for_in_the_words_of_nomad_is_not_listed() throws Exception {
        world.job("web", """
                "Services":[{"Name":"web","PortLabel":"http","Provider":"nomad"},{"Name":"api","PortLabel":"http"}]""");
        world.place("a1", "web", "n1", "http:20100:80");
        report("success");
        assertThat(get("/v1/catalog/services").text()).contains("\"api\"").doesNotContain("\"web\"");
        assertThat(get("/v1/health/service/web").text()).isEqualTo("[]");
    }
}
