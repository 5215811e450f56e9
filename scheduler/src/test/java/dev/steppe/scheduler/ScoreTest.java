package dev.steppe.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.steppe.model.Allocation;
import dev.steppe.model.JobSpec;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** The parts of the score, against the published formulas. Nodes have 1000 MHz and 1000 MB. */
class ScoreTest {
    private final TestCluster cluster = new TestCluster();

    private static JobSpec job(int count, String more) {
        return TestCluster.read(JobSpec.class, """
                {"ID":"web","Name":"web","Type":"service","TaskGroups":[{"Name":"g","Count":%d%s,
                 "Tasks":[{"Name":"t","Driver":"raw_exec","Resources":{"CPU":500,"MemoryMB":500}}]}]}""".formatted(count, more));
    }

    private Neighbours placed(JobSpec job, Map<String, Integer> perDatacenter) {
        var neighbours = new Neighbours(new SpreadScore(job, job.taskGroups().getFirst()).spreads());
        perDatacenter.forEach((datacenter, count) -> neighbours.count(
                StreamSupport.stream(cluster.snapshot().nodes().spliterator(), false)
                        .filter(node -> node.spec().datacenter().equals(datacenter))
                        .findFirst()
                        .orElseThrow(),
                count));
        return neighbours;
    }

    private double spread(JobSpec job, String node, Map<String, Integer> perDatacenter) {
        var score = new SpreadScore(job, job.taskGroups().getFirst());
        var there = cluster.snapshot().node(new dev.steppe.model.NodeId(node)).orElseThrow();
        return score.of(score.values(there), placed(job, perDatacenter));
    }

    @Test
    void targets_have_their_share_and_values_without_one_what_is_left() {
        cluster.node("n1", "dc1");
        cluster.node("n2", "dc2");
        cluster.node("n3", "dc3");
        var job = job(
                10,
                ",\"Spreads\":[{\"Attribute\":\"${node.datacenter}\",\"Weight\":100,\"SpreadTarget\":["
                        + "{\"Value\":\"dc1\",\"Percent\":70},{\"Value\":\"dc3\",\"Percent\":0}]}]");
        assertThat(spread(job, "n1", Map.of("dc1", 2))).isEqualTo((7.0 - 3) / 7, within(1e-9));
        assertThat(spread(job, "n2", Map.of("dc1", 2))).isEqualTo((3.0 - 1) / 3, within(1e-9));
        assertThat(spread(job, "n2", Map.of("dc2", 4))).isEqualTo((3.0 - 5) / 3, within(1e-9));
        assertThat(spread(job, "n3", Map.of())).isEqualTo(-1);
        assertThat(spread(job, "n3", Map.of("dc1", 20))).isEqualTo(-2, within(1e-9));
    }

    @Test
    void weights_of_several_spreads_are_shares_of_their_sum() {
        cluster.node("n1", "dc1");
        var job = job(
                4,
                ",\"Spreads\":[{\"Attribute\":\"${node.datacenter}\",\"Weight\":30,\"SpreadTarget\":["
                        + "{\"Value\":\"dc1\",\"Percent\":100}]},{\"Attribute\":\"${meta.none}\",\"Weight\":70}]");
        assertThat(spread(job, "n1", Map.of())).isEqualTo(0.3 * 0.75 - 1, within(1e-9));
    }

    @Test
    void without_targets_the_least_used_value_is_best() {
        cluster.node("n1", "dc1");
        cluster.node("n2", "dc2");
        var job = job(9, ",\"Spreads\":[{\"Attribute\":\"${node.datacenter}\"}]");
        assertThat(spread(job, "n1", Map.of())).isZero();
        assertThat(spread(job, "n2", Map.of("dc1", 3))).isEqualTo(1);
        assertThat(spread(job, "n1", Map.of("dc1", 2, "dc2", 2))).isEqualTo(-1);
        assertThat(spread(job, "n1", Map.of("dc1", 4, "dc2", 2))).isEqualTo(-1.0);
        assertThat(spread(job, "n2", Map.of("dc1", 4, "dc2", 2))).isEqualTo(1.0);
    }

    @Test
    void affinities_that_hold_are_weighed_against_all() {
        cluster.node("n1", "dc1");
        var job = job(
                1,
                ",\"Affinities\":[{\"LTarget\":\"${node.datacenter}\",\"RTarget\":\"dc1\",\"Weight\":50},"
                        + "{\"LTarget\":\"${attr.kernel.name}\",\"RTarget\":\"linux\",\"Weight\":-30},"
                        + "{\"LTarget\":\"${node.class}\",\"RTarget\":\"other\",\"Weight\":20}]");
        var score = new AffinityScore(job, job.taskGroups().getFirst());
        var node = cluster.snapshot().nodes().iterator().next();
        assertThat(score.of(node).orElseThrow()).isEqualTo(0.2, within(1e-9));
        var without = job(1, "");
        assertThat(new AffinityScore(without, without.taskGroups().getFirst()).of(node))
                .isEmpty();
    }

    @Test
    void packing_and_spreading_are_opposites() {
        cluster.node("n1", "dc1");
        cluster.node("n2", "dc1");
        cluster.register(job(1, ""));
        cluster.schedule("web");
        String used = cluster.live("web").getFirst().nodeId().value();
        cluster.configure("{\"SchedulerAlgorithm\":\"spread\"}");
        var other = """
                {"ID":"other","Name":"other","Type":"service","TaskGroups":[{"Name":"g",
                 "Tasks":[{"Name":"t","Driver":"raw_exec","Resources":{"CPU":100,"MemoryMB":100}}]}]}""";
        cluster.register(other);
        cluster.schedule("other");
        Allocation spread = cluster.live("other").getFirst();
        assertThat(spread.nodeId().value()).isNotEqualTo(used);
        double free = 0.9;
        assertThat(spread.metrics()
                        .orElseThrow()
                        .scoreMetaData()
                        .getFirst()
                        .scores()
                        .get("binpack"))
                .isEqualTo((2 * Math.pow(10, free) - 2) / 18, within(1e-9));
    }

    @Test
    void tasks_that_are_not_there_together_are_not_added_up() {
        cluster.node("n1", "dc1");
        cluster.register("""
                {"ID":"web","Name":"web","Type":"service","TaskGroups":[{"Name":"g","Tasks":[
                 {"Name":"main","Driver":"raw_exec","Resources":{"CPU":600,"MemoryMB":500}},
                 {"Name":"before","Driver":"raw_exec","Lifecycle":{"Hook":"prestart"},"Resources":{"CPU":700,"MemoryMB":100}},
                 {"Name":"beside","Driver":"raw_exec","Lifecycle":{"Hook":"prestart","Sidecar":true},
                  "Resources":{"CPU":200,"MemoryMB":100}},
                 {"Name":"after","Driver":"raw_exec","Lifecycle":{"Hook":"poststop"},"Resources":{"CPU":950,"MemoryMB":50}}]}]}""");
        cluster.schedule("web");
        var given = cluster.live("web").getFirst().allocatedResources();
        assertThat(given.cpuMegaHertz()).isEqualTo(950);
        assertThat(given.memoryMb()).isEqualTo(600);
        assertThat(cluster.snapshot()
                        .usage(cluster.live("web").getFirst().nodeId())
                        .cpuMegaHertz())
                .isEqualTo(950);
    }

    @Test
    void memory_max_counts_only_where_operators_allow_it() {
        cluster.node("n1", "dc1");
        String job = """
                {"ID":"%1$s","Name":"%1$s","Type":"service","TaskGroups":[{"Name":"g","Tasks":[
                 {"Name":"t","Driver":"raw_exec","Resources":{"CPU":10,"MemoryMB":50,"MemoryMaxMB":%2$d}}]}]}""";
        cluster.register(job.formatted("a", 200));
        cluster.schedule("a");
        cluster.configure("{\"MemoryOversubscriptionEnabled\":true}");
        cluster.register(job.formatted("b", 200));
        cluster.schedule("b");
        cluster.register(job.formatted("c", -1));
        cluster.schedule("c");
        assertThat(memoryMax("a")).isZero();
        assertThat(memoryMax("b")).isEqualTo(200);
        assertThat(memoryMax("c")).isEqualTo(1000);
    }

    private long memoryMax(String job) {
        return cluster.live(job)
                .getFirst()
                .allocatedResources()
                .tasks()
                .get("t")
                .memory()
                .memoryMaxMb();
    }
}
