package dev.steppe.mesh.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.mesh.World;
import dev.steppe.model.AllocationId;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeStatus;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Proves that the catalog is exactly what the allocations say, and never more. */
class CatalogTest {
    private static final String BRIDGED = "\"Networks\":[{\"Mode\":\"bridge\"}]";
    private static final String WEB = BRIDGED + """
            ,"Services":[{"Name":"web","PortLabel":"http","Tags":["v1","${NOMAD_ALLOC_INDEX}"],"Meta":{"team":"x"},
              "Checks":[{"Name":"alive","Type":"http","Path":"/"}],
              "Connect":{"SidecarService":{"Proxy":{"Upstreams":[{"DestinationName":"db","LocalBindPort":9191}]}}}}]""";

    private static final int ALLOCATIONS = 20;

    private static World oneWeb() {
        return new World()
                .node("n1", "alpha", "10.0.0.1")
                .job("shop", WEB)
                .place("a1", "shop", "n1", "http:20001:8080", "connect-proxy-web:20002:-1");
    }

    private static Catalog catalog(World world) {
        return catalog(world.snapshot());
    }

    private static Catalog catalog(Snapshot snapshot) {
        return Catalog.of(snapshot, List.of(), "dc1");
    }

    private static Instance only(Catalog catalog, String service) {
        List<Instance> found = catalog.service(service, List.of());
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    @Test
    void a_service_of_a_group_is_a_row_with_the_reference_id_and_the_address_of_its_node() {
        Instance web = only(catalog(oneWeb()), "web");
        assertThat(web.id()).isEqualTo("_nomad-task-a1-group-g-web-http");
        assertThat(web.address()).isEqualTo("10.0.0.1");
        assertThat(web.port()).isEqualTo(20001);
        assertThat(web.tags()).containsExactly("v1", "0");
        assertThat(web.meta()).containsEntry("team", "x").containsEntry("external-source", "nomad");
        assertThat(web.kind()).isEmpty();
        assertThat(web.node().name()).isEqualTo("alpha");
    }

    @Test
    void weights_further_addresses_and_notes_are_those_of_the_job() {
        World world = new World()
                .node("n1", "alpha", "10.0.0.1")
                .job("shop", """
                        "Services":[{"Name":"web","PortLabel":"http","Weights":{"Passing":7,"Warning":2},
                          "TaggedAddresses":{"wan":"203.0.113.${NOMAD_ALLOC_INDEX}"},
                          "Checks":[{"Name":"alive","Type":"http","Path":"/","Notes":"call the shop team"}]}]""")
                .place("a1", "shop", "n1", "http:20001:8080");
        world.running("a1");
        checked(world, "passing");
        Instance web = only(catalog(world), "web");
        assertThat(web.weight()).isEqualTo(7);
        assertThat(web.sharing().addresses()).containsEntry("wan", "203.0.113.0");
        assertThat(web.checks()).extracting(Check::notes).containsExactly("call the shop team");
        checked(world, "warning");
        assertThat(only(catalog(world), "web").weight()).isEqualTo(2);
        assertThat(only(catalog(oneWeb()), "web").weight()).isEqualTo(1);
    }

    @Test
    void its_proxy_is_a_row_of_its_own_that_stands_for_it() {
        Catalog catalog = catalog(oneWeb());
        Instance proxy = only(catalog, "web-sidecar-proxy");
        assertThat(proxy.id()).isEqualTo("_nomad-task-a1-group-g-web-http-sidecar-proxy");
        assertThat(proxy.kind()).isEqualTo("connect-proxy");
        assertThat(proxy.port()).isEqualTo(20002);
        assertThat(proxy.tags()).containsExactly("v1", "0");
        assertThat(proxy.proxy())
                .contains(new Instance.ProxyOf("web", "_nomad-task-a1-group-g-web-http", "127.0.0.1", 8080));
        assertThat(catalog.connect("web", List.of())).containsExactly(proxy);
    }

    @Test
    void an_instance_is_critical_until_its_program_runs_and_its_checks_pass() {
        World world = oneWeb();
        assertThat(only(catalog(world), "web").health()).isEqualTo(Health.CRITICAL);
        assertThat(only(catalog(world), "web").checks())
                .extracting(Check::output)
                .contains("allocation shop.g[0] is pending");
        world.running("a1");
        assertThat(only(catalog(world), "web").health()).as("never checked").isEqualTo(Health.CRITICAL);
        checked(world, "passing");
        assertThat(only(catalog(world), "web").health()).isEqualTo(Health.PASSING);
        assertThat(only(catalog(world), "web").isServing()).isTrue();
        assertThat(only(catalog(world), "web-sidecar-proxy").health()).isEqualTo(Health.PASSING);
        checked(world, "warning");
        assertThat(only(catalog(world), "web").isServing()).isTrue();
        checked(world, "critical");
        assertThat(only(catalog(world), "web").isServing()).isFalse();
        assertThat(only(catalog(world), "web-sidecar-proxy").health()).isEqualTo(Health.CRITICAL);
    }

    private static void checked(World world, String status) {
        world.report("a1", """
                "ClientStatus":"running","CheckStatuses":{"c1":
                 {"Check":"alive","Service":"web","Status":"%s","Output":"seen"}}""".formatted(status));
    }

    @Test
    void a_service_without_checks_is_passing_while_it_runs() {
        World world = new World()
                .node("n1", "alpha", "10.0.0.1")
                .job("db", "\"Services\":[{\"Name\":\"db\",\"PortLabel\":\"5432\"}]")
                .place("a1", "db", "n1")
                .running("a1");
        assertThat(only(catalog(world), "db").health()).isEqualTo(Health.PASSING);
        assertThat(only(catalog(world), "db").checks()).isEmpty();
        assertThat(only(catalog(world), "db").port()).isEqualTo(5432);
    }

    @Test
    void a_service_of_a_task_is_critical_while_that_task_does_not_run() {
        World world = new World()
                .node("n1", "alpha", "10.0.0.1")
                .job("db", "\"Services\":[{\"Name\":\"db\",\"PortLabel\":\"5432\",\"TaskName\":\"t\"}]")
                .place("a1", "db", "n1")
                .report("a1", "\"ClientStatus\":\"running\",\"TaskStates\":{\"t\":{\"State\":\"dead\"}}");
        assertThat(only(catalog(world), "db").checks())
                .extracting(Check::output)
                .containsExactly("task t is dead");
    }

    @Test
    void nothing_of_an_allocation_remains_once_it_is_to_stop_or_has_ended() {
        World stopped = oneWeb().running("a1").stop("a1");
        assertThat(catalog(stopped).services()).containsOnlyKeys("nomad-client");
        assertThat(catalog(stopped).ofAllocation(new AllocationId("a1")))
                .as("its proxy still works")
                .hasSize(2);
        World failed = oneWeb().report("a1", "\"ClientStatus\":\"failed\"");
        assertThat(catalog(failed).services()).containsOnlyKeys("nomad-client");
        assertThat(catalog(failed).ofAllocation(new AllocationId("a1"))).isEmpty();
    }

    @Test
    void the_rows_of_a_silent_node_are_critical() {
        World world = oneWeb();
        checked(world, "passing");
        world.nodeStatus("n1", NodeStatus.DISCONNECTED);
        Instance web = only(catalog(world), "web");
        assertThat(web.health()).isEqualTo(Health.CRITICAL);
        assertThat(web.node().check().id()).isEqualTo("serfHealth");
        assertThat(web.node().check().output()).isEqualTo("Agent not live or unreachable");
    }

    @ParameterizedTest
    @CsvSource({
        "bridge, auto, '', http, 10.0.0.1, 20001",
        "bridge, host, '', http, 10.0.0.1, 20001",
        "bridge, alloc, '', http, 172.26.64.5, 8080",
        "bridge, driver, '', http, 172.26.64.5, 8080",
        "bridge, alloc_ipv6, '', http, fd12::5, 8080",
        "host, alloc_ipv6, '', http, 10.0.0.1, 20001",
        "bridge, alloc, '', 9001, 172.26.64.5, 9001",
        "bridge, auto, '', 9001, 10.0.0.1, 9001",
        "bridge, auto, api.example.com, http, api.example.com, 20001",
        "host, auto, '', http, 10.0.0.1, 20001",
        "host, driver, '', http, 10.0.0.1, 20001",
        "host, auto, '', '', 10.0.0.1, 0",
        "host, auto, '', nosuch, 10.0.0.1, 0",
        "host, auto, '', 70000, 10.0.0.1, 0",
    })
    void an_address_is_resolved_by_mode(
            String network, String mode, String address, String label, String expected, int port) {
        World world = new World()
                .node("n1", "alpha", "10.0.0.1")
                .job("web", """
                        "Networks":[{"Mode":"%s"}],
                        "Services":[{"Name":"web","PortLabel":"%s","AddressMode":"%s","Address":"%s"}]""".formatted(network, label, mode, address))
                .place("a1", "web", "n1", "http:20001:8080")
                .report(
                        "a1",
                        "\"ClientStatus\":\"running\",\"NetworkStatus\":{\"InterfaceName\":\"eth0\",\"Address\":\"172.26.64.5\",\"AddressIPv6\":\"fd12::5\"}");
        Instance web = only(catalog(world), "web");
        assertThat(web.address()).isEqualTo(expected);
        assertThat(web.port()).isEqualTo(port);
    }

    @Test
    void a_proxy_in_the_network_of_the_node_leads_to_the_host_port() {
        World world = new World()
                .node("n1", "alpha", "10.0.0.1")
                .job(
                        "web",
                        "\"Services\":[{\"Name\":\"web\",\"PortLabel\":\"http\",\"Connect\":{\"SidecarService\":{}}}]")
                .place("a1", "web", "n1", "http:20001:8080", "connect-proxy-web:20002:-1");
        assertThat(only(catalog(world), "web-sidecar-proxy")
                        .proxy()
                        .orElseThrow()
                        .localPort())
                .isEqualTo(20001);
    }

    @Test
    void services_are_found_by_all_their_tags_and_listed_with_all_tags() {
        World world = oneWeb().job("other", "\"Services\":[{\"Name\":\"web\",\"PortLabel\":\"1\",\"Tags\":[\"v2\"]}]")
                .place("a0", "other", "n1");
        Catalog catalog = catalog(world);
        assertThat(catalog.service("web", List.of())).hasSize(2);
        assertThat(catalog.service("web", List.of("v2"))).hasSize(1);
        assertThat(catalog.service("web", List.of("v1", "v2"))).isEmpty();
        assertThat(catalog.services().get("web")).containsExactly("0", "v1", "v2");
        assertThat(catalog.services()).containsOnlyKeys("nomad-client", "web", "web-sidecar-proxy");
        assertThat(catalog.onNode(new NodeId("n1"))).hasSize(4);
        assertThat(catalog.nodeNamed("ALPHA")).isPresent();
    }

    @Test
    void the_agents_list_themselves() {
        World world = new World().node("n1", "alpha", "10.0.0.1");
        Catalog catalog = Catalog.of(
                world.snapshot(),
                List.of(
                        new ServerAgent("alpha", "10.0.0.1", 4646, 4647),
                        new ServerAgent("beta", "10.0.0.2", 4646, 4647)),
                "dc1");
        assertThat(catalog.services())
                .containsOnlyKeys("consul", "nomad", "nomad-client")
                .containsEntry("nomad", List.of("http", "rpc"));
        assertThat(catalog.service("nomad", List.of("http")))
                .extracting(Instance::address)
                .containsExactly("10.0.0.1", "10.0.0.2");
        assertThat(catalog.service("consul", List.of())).allMatch(Instance::isServing);
        assertThat(only(catalog, "nomad-client").port()).isEqualTo(4646);
    }

    @Test
    void a_later_catalog_takes_over_what_did_not_change_and_equals_one_made_anew() {
        World world = oneWeb().job("other", WEB.replace("\"web\"", "\"api\"")).place("a2", "other", "n1");
        Catalog first = catalog(world);
        Instance before = only(first, "web");
        world.running("a2");
        Catalog later = first.next(world.snapshot(), List.of(), "dc1");
        assertThat(only(later, "web")).isSameAs(before);
        assertThat(only(later, "api")).isNotEqualTo(only(first, "api"));
        assertThat(later.services()).isEqualTo(catalog(world).services());
        assertThat(later.onNode(new NodeId("n1"))).isEqualTo(catalog(world).onNode(new NodeId("n1")));
        world.stop("a1");
        assertThat(later.next(world.snapshot(), List.of(), "dc1").service("web", List.of()))
                .isEmpty();
        assertThat(first.service("web", List.of()))
                .as("an earlier catalog does not change")
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "plain, plain",
        "${NOMAD_JOB_NAME}-x, shop-x",
        "a-${ node.unique.name }-${JOB}, a-alpha-shop",
        "${unknown.name}, ${unknown.name}",
        "${open, ${open",
        "'', ''",
    })
    void variables_in_tags_are_replaced_when_known(String tag, String expected) {
        World world = new World()
                .node("n1", "alpha", "10.0.0.1")
                .job("shop", "\"Services\":[{\"Name\":\"s\",\"PortLabel\":\"1\",\"Tags\":[\"" + tag + "\"]}]")
                .place("a1", "shop", "n1");
        assertThat(only(catalog(world), "s").tags()).containsExactly(expected);
    }

    @Test
    void catalogs_made_one_from_the_other_through_random_changes_equal_those_made_anew() {
        for (long seed = 0; seed < 10; seed++) {
            var random = new Random(seed);
            World world = new World().job("shop", WEB).job("plain", BRIDGED);
            for (int i = 0; i < 4; i++) {
                world.node("n" + i, "host-" + i % 3, "10.0.0." + i);
            }
            Catalog kept = catalog(world);
            Catalog published = kept;
            for (int step = 0; step < 120; step++) {
                change(world, random);
                var servers = List.of(new ServerAgent("host-" + random.nextInt(4), "10.0.0.9", 4646, 4647));
                kept = kept.next(world.snapshot(), servers, "dc1");
                assertThat(listed(kept)).isEqualTo(listed(Catalog.of(world.snapshot(), servers, "dc1")));
                assertThat(listed(kept.ofConsul())).isEqualTo(listed(kept));
                if (step % 5 == 0) {
                    assertToldWhatChanged(published, kept);
                    published = kept;
                }
            }
        }
    }

    private static void change(World world, Random random) {
        String allocation = "a" + random.nextInt(ALLOCATIONS);
        if (world.snapshot().allocation(new AllocationId(allocation)).isEmpty()) {
            world.place(
                    allocation,
                    random.nextBoolean() ? "shop" : "plain",
                    "n" + random.nextInt(4),
                    "http:20001:8080",
                    "connect-proxy-web:20002:-1");
            return;
        }
        switch (random.nextInt(4)) {
            case 0 -> world.running(allocation);
            case 1 -> world.stop(allocation);
            case 2 -> world.report(allocation, "\"ClientStatus\":\"failed\"");
            default ->
                world.nodeStatus(
                        "n" + random.nextInt(4), random.nextBoolean() ? NodeStatus.DISCONNECTED : NodeStatus.READY);
        }
    }

    /** All that a catalog can be asked for. */
    private static List<Object> listed(Catalog catalog) {
        var all = new ArrayList<Object>();
        all.add(catalog.services());
        for (String service : List.of("web", "web-sidecar-proxy", "nomad", "consul", "nomad-client")) {
            all.add(catalog.service(service, List.of()));
            all.add(catalog.connect(service, List.of()));
        }
        for (NodeEntry node : catalog.nodes()) {
            all.add(catalog.node(node.id()).orElseThrow());
            all.add(catalog.onNode(node.id()));
            all.add(catalog.nodeNamed(node.name()).orElseThrow());
        }
        for (int i = 0; i < ALLOCATIONS; i++) {
            all.add(catalog.ofAllocation(new AllocationId("a" + i)));
        }
        return all;
    }

    private static void assertToldWhatChanged(Catalog before, Catalog after) {
        var changes = after.since(before);
        if (!before.connect("web", List.of()).equals(after.connect("web", List.of()))) {
            assertThat(changes.destinations()).contains("web");
        }
        for (NodeEntry node : after.nodes()) {
            if (!before.node(node.id()).equals(Optional.of(node))) {
                assertThat(changes.nodes()).contains(node.id());
            }
        }
        for (int i = 0; i < ALLOCATIONS; i++) {
            var id = new AllocationId("a" + i);
            if (!before.ofAllocation(id).equals(after.ofAllocation(id))) {
                Stream.of(before, after)
                        .flatMap(it -> it.ofAllocation(id).stream())
                        .forEach(row ->
                                assertThat(changes.nodes()).contains(row.node().id()));
            }
        }
    }
}
