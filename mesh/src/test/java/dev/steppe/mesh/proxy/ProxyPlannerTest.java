package dev.steppe.mesh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.mesh.MeshSettings;
import dev.steppe.mesh.World;
import dev.steppe.mesh.catalog.Catalog;
import dev.steppe.mesh.configuration.Address;
import dev.steppe.mesh.configuration.Inbound;
import dev.steppe.mesh.configuration.IntentionPolicy;
import dev.steppe.mesh.configuration.IntentionRule;
import dev.steppe.mesh.configuration.Leaf;
import dev.steppe.mesh.configuration.NetworkNamespace;
import dev.steppe.mesh.configuration.PrivateKeyPem;
import dev.steppe.mesh.configuration.ProxyConfiguration;
import dev.steppe.mesh.configuration.SpiffeId;
import dev.steppe.mesh.configuration.Upstream;
import dev.steppe.mesh.intention.Intentions;
import dev.steppe.model.AllocationId;
import dev.steppe.model.AuthorityRoot;
import dev.steppe.model.IntentionAction;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.codec.Codec;
import dev.steppe.state.Command;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Proves what each node's proxy is told: its own sidecars, who may call them, and where those it calls are well. */
class ProxyPlannerTest {
    private static final String DOMAIN = "11111111-2222-3333-4444-555555555555.consul";
    private static final MeshSettings SETTINGS = new MeshSettings(DOMAIN, "dc1", IntentionAction.DENY);
    private static final String BRIDGED = "\"Networks\":[{\"Mode\":\"bridge\"}],";
    private static final String API = BRIDGED + """
            "Services":[{"Name":"api","PortLabel":"http","Connect":{"SidecarService":{"Proxy":{"Upstreams":[
              {"DestinationName":"engine","LocalBindPort":9191}]}}}}]""";
    private static final String ENGINE = BRIDGED + """
            "Services":[{"Name":"engine","PortLabel":"9001","Connect":{"SidecarService":{}}}]""";

    /** The API on node 1, the engine on nodes 1 and 2, all running. */
    private static World guide() {
        return new World()
                .apply(new Command.PutRoot(root("r1", true), Instant.EPOCH))
                .node("n1", "alpha", "10.0.0.1")
                .node("n2", "beta", "10.0.0.2")
                .job("api", API)
                .job("engine", ENGINE)
                .place("a1", "api", "n1", "http:20000:8080", "connect-proxy-api:20001:-1")
                .place("e1", "engine", "n1", "connect-proxy-engine:20002:-1")
                .place("e2", "engine", "n2", "connect-proxy-engine:20003:-1")
                .running("a1")
                .running("e1")
                .running("e2");
    }

    private static AuthorityRoot root(String id, boolean active) {
        return new AuthorityRoot(id, id, "pem of " + id, "", Instant.EPOCH, Instant.EPOCH, active);
    }

    private static NodePlan plan(World world, String node) {
        return planner(world).plan(new NodeId(node)).orElseThrow();
    }

    private static ProxyPlanner planner(World world) {
        return new ProxyPlanner(world.snapshot(), Catalog.of(world.snapshot(), List.of(), "dc1"), SETTINGS);
    }

    @Test
    void a_sidecar_is_told_its_identity_its_way_in_and_the_healthy_instances_it_calls() {
        World world = guide().intention("api", "engine", "allow").intention("*", "engine", "deny");
        NodePlan plan = plan(world, "n1");
        SpiffeId engine = new SpiffeId(DOMAIN, "default", "dc1", "engine");
        IntentionPolicy engineRules = new IntentionPolicy(
                List.of(
                        new IntentionRule("api", "engine", IntentionRule.Action.ALLOW),
                        new IntentionRule("*", "engine", IntentionRule.Action.DENY)),
                IntentionRule.Action.DENY);
        assertThat(plan.problems()).isEmpty();
        assertThat(plan.trust().rootsPem()).containsExactly("pem of r1");
        assertThat(plan.sidecars())
                .containsExactly(
                        new SidecarPlan(
                                new AllocationId("a1"),
                                "api",
                                new SpiffeId(DOMAIN, "default", "dc1", "api"),
                                Optional.of(new Inbound(
                                        new Address("10.0.0.1", 20001),
                                        new Address("127.0.0.1", 8080),
                                        new IntentionPolicy(List.of(), IntentionRule.Action.DENY))),
                                List.of(new Upstream(
                                        new Address("127.0.0.1", 9191),
                                        "engine",
                                        engine,
                                        List.of(new Address("10.0.0.1", 20002), new Address("10.0.0.2", 20003)))),
                                List.of()),
                        new SidecarPlan(
                                new AllocationId("e1"),
                                "engine",
                                engine,
                                Optional.of(new Inbound(
                                        new Address("10.0.0.1", 20002), new Address("127.0.0.1", 9001), engineRules)),
                                List.of(),
                                List.of()));
        assertThat(plan(world, "n2").sidecars()).hasSize(1);
    }

    @Test
    void an_instance_that_is_not_well_is_no_endpoint_but_keeps_its_sidecar() {
        World world = guide().report("e1", "\"ClientStatus\":\"pending\"");
        assertThat(endpoints(world)).containsExactly(new Address("10.0.0.2", 20003));
        world.nodeStatus("n2", NodeStatus.DOWN);
        assertThat(endpoints(world)).isEmpty();
        assertThat(plan(world, "n1").sidecars()).hasSize(2);
        assertThat(plan(world, "n2").sidecars()).hasSize(1);
    }

    @Test
    void a_stopping_allocation_is_no_endpoint_and_keeps_its_sidecar_until_it_has_ended() {
        World world = guide().stop("e1");
        assertThat(endpoints(world)).containsExactly(new Address("10.0.0.2", 20003));
        assertThat(plan(world, "n1").sidecars()).hasSize(2);
        world.report("e1", "\"ClientStatus\":\"complete\"");
        assertThat(plan(world, "n1").sidecars()).hasSize(1);
    }

    private static List<Address> endpoints(World world) {
        return plan(world, "n1").sidecars().getFirst().upstreams().getFirst().endpoints();
    }

    @Test
    void equal_states_give_equal_plans_and_only_what_concerns_a_node_changes_its_plan() {
        World world = guide();
        NodePlan first = plan(world, "n1");
        NodePlan second = plan(world, "n2");
        long index = planner(world).index();
        world.job("other", "\"Services\":[{\"Name\":\"x\",\"PortLabel\":\"1\"}]")
                .place("o1", "other", "n2")
                .running("o1");
        assertThat(plan(world, "n1")).isEqualTo(first);
        assertThat(plan(world, "n2")).isEqualTo(second);
        assertThat(planner(world).index()).isGreaterThan(index);
        world.intention("x", "engine", "allow");
        assertThat(plan(world, "n1")).isNotEqualTo(first);
        assertThat(plan(world, "n2")).isNotEqualTo(second);
    }

    @Test
    void there_is_no_plan_before_there_is_a_root_and_the_active_root_comes_first() {
        World world = new World().node("n1", "alpha", "10.0.0.1");
        assertThat(planner(world).plan(new NodeId("n1"))).isEmpty();
        World rotated = guide().apply(new Command.PutRoot(root("r2", true), Instant.EPOCH));
        assertThat(plan(rotated, "n1").trust().rootsPem()).containsExactly("pem of r2", "pem of r1");
    }

    @Test
    void what_cannot_be_planned_is_named_and_the_rest_works() {
        String broken = """
                "Services":[{"Name":"api","PortLabel":"http","Connect":{"SidecarService":{"Proxy":{"Upstreams":[
                 {"DestinationName":"engine","LocalBindPort":9191,"LocalBindAddress":"localhost"},
                 {"DestinationName":"engine","LocalBindPort":9192},
                 {"DestinationName":"cache","LocalBindPort":9192}]}}}}]""";
        World world = guide().job("two", broken)
                .place("b1", "two", "n2", "http:21000:0")
                .running("b1");
        NodePlan plan = plan(world, "n2");
        SidecarPlan sidecar = plan.sidecars().getLast();
        assertThat(sidecar.inbound()).as("no port was given to its proxy").isEmpty();
        assertThat(sidecar.upstreams()).extracting(Upstream::destination).containsExactly("engine");
        assertThat(plan.problems())
                .satisfiesExactlyInAnyOrder(
                        problem -> assertThat(problem).contains("allocation two.g[0]", "localhost:9191", "not an IP"),
                        problem -> assertThat(problem).contains("\"cache\"", "has that port", "local_bind_port"),
                        problem -> assertThat(problem).contains("cannot be called through the mesh", ":0"));
    }

    @Test
    void two_allocations_share_a_bind_port_in_networks_of_their_own_but_not_in_that_of_the_node() {
        World bridged = guide().place("a2", "api", "n1", "http:22000:8080", "connect-proxy-api:22001:-1");
        assertThat(plan(bridged, "n1").problems()).isEmpty();
        World shared = new World()
                .apply(new Command.PutRoot(root("r1", true), Instant.EPOCH))
                .node("n1", "alpha", "10.0.0.1")
                .job("api", API.replace(BRIDGED, ""))
                .place("a1", "api", "n1", "http:20000:0", "connect-proxy-api:20001:-1")
                .place("a2", "api", "n1", "http:22000:0", "connect-proxy-api:22001:-1");
        NodePlan plan = plan(shared, "n1");
        assertThat(plan.sidecars().getFirst().upstreams()).hasSize(1);
        assertThat(plan.sidecars().getLast().upstreams()).isEmpty();
        assertThat(plan.problems()).hasSize(1).first().asString().contains("127.0.0.1:9191", "has that port");
    }

    @Test
    void a_plan_becomes_a_configuration_with_what_the_node_knows_and_survives_encoding() throws Exception {
        NodePlan plan = NodePlan.decode(
                plan(guide().intention("api", "engine", "allow"), "n1").encode());
        assertThat(plan).isEqualTo(plan(guide().intention("api", "engine", "allow"), "n1"));
        assertThat(Codec.fromJson(NodePlan.class, Codec.toJson(plan))).isEqualTo(plan);
        ProxyConfiguration none = plan.configuration(1, id -> Optional.empty(), sidecar -> Optional.empty());
        assertThat(none.sidecars()).isEmpty();
        ProxyConfiguration one = plan.configuration(
                2,
                id -> Optional.of(new NetworkNamespace.Named("steppe-" + id)),
                sidecar -> sidecar.service().equals("api") ? Optional.of(leaf(sidecar.identity())) : Optional.empty());
        assertThat(one.sidecars()).hasSize(1).first().satisfies(sidecar -> {
            assertThat(sidecar.key()).isEqualTo("a1/api");
            assertThat(sidecar.upstreams()).isEqualTo(plan.sidecars().getFirst().upstreams());
        });
    }

    private static Leaf leaf(SpiffeId identity) {
        return new Leaf(
                identity,
                "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
                new PrivateKeyPem("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n"));
    }

    @Test
    void the_proxy_decides_as_the_check_command_says() {
        Random random = new Random(11);
        List<String> names = List.of("*", "api", "engine", "web");
        for (int round = 0; round < 300; round++) {
            World world = guide();
            for (int i = 0; i < 4; i++) {
                world.intention(
                        names.get(random.nextInt(4)),
                        names.get(random.nextInt(4)),
                        random.nextBoolean() ? "allow" : "deny");
            }
            Intentions intentions = Intentions.of(world.snapshot().intentions(), SETTINGS.otherwise());
            List<SidecarPlan> all = new ArrayList<>(plan(world, "n1").sidecars());
            for (SidecarPlan sidecar : all) {
                for (String source : List.of("api", "engine", "web", "stranger")) {
                    var proxy = sidecar.inbound().orElseThrow().policy().decide(source);
                    var told = intentions.decide(source, sidecar.service());
                    assertThat(proxy instanceof IntentionPolicy.Decision.Allowed)
                            .isEqualTo(told.allowed());
                    assertThat(proxy.rule()).isEqualTo(told.rule());
                    if (proxy instanceof IntentionPolicy.Decision.Denied denied) {
                        assertThat(denied.remedy(source, sidecar.service()).replace("-replace ", ""))
                                .isEqualTo(told.remedy().orElseThrow().replace("-replace ", ""));
                    }
                }
            }
        }
    }
}
