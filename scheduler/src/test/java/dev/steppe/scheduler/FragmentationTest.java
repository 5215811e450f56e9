package dev.steppe.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The algorithm that keeps what is left of devices useful for what the jobs ask for. */
class FragmentationTest {
    private final TestCluster cluster = new TestCluster();

    @BeforeEach
    void defragment() {
        cluster.configure("{\"SchedulerAlgorithm\":\"defragment\"}");
    }

    private void register(String id, int count, int cpu, int memory, String devices) {
        cluster.register("""
                {"ID":"%1$s","Name":"%1$s","Type":"service","TaskGroups":[{"Name":"g","Count":%2$d,
                 "EphemeralDisk":{"SizeMB":10},"Tasks":[{"Name":"t","Driver":"raw_exec",
                 "Resources":{"CPU":%3$d,"MemoryMB":%4$d,"Devices":[%5$s]}}]}]}""".formatted(id, count, cpu, memory, devices));
    }

    /** The node of the only instance. */
    private String placed(String id, int cpu, int memory, String devices) {
        register(id, 1, cpu, memory, devices);
        cluster.schedule(id);
        return cluster.live(id).getFirst().nodeId().value();
    }

    private static String count(int count) {
        return "{\"Name\":\"gpu\",\"Count\":" + count + "}";
    }

    private static String share(double share) {
        return "{\"Name\":\"gpu\",\"Share\":" + share + "}";
    }

    @Test
    void what_asks_for_no_device_goes_where_none_is_however_full_that_is() {
        cluster.nodeWithDevices("gpu", "a", "b");
        cluster.node("plain", "dc1");
        assertThat(placed("first", 100, 100, "")).isEqualTo("plain");
        assertThat(placed("second", 700, 700, "")).isEqualTo("plain");
        assertThat(placed("third", 700, 700, "")).isEqualTo("gpu");
        var scores = cluster.live("second").getFirst().metrics().orElseThrow().scoreMetaData();
        assertThat(scores.getFirst().scores()).containsKey("fragmentation").doesNotContainKey("binpack");
    }

    @Test
    void what_asks_for_no_device_goes_where_the_shape_of_what_is_free_matches() {
        cluster.node("one", "dc1");
        cluster.node("two", "dc1");
        var first = placed("much-cpu", 600, 100, "");
        assertThat(placed("more-cpu", 300, 50, ""))
                .as("memory without processors is of no use to anybody")
                .isNotEqualTo(first);
        assertThat(placed("much-memory", 50, 500, "")).isEqualTo(first);
    }

    @Test
    void a_share_leaves_pairs_alone_while_jobs_wait_for_pairs() {
        cluster.nodeWithDevices("pair", "a", "b");
        cluster.nodeWithDevices("single", "a");
        // packing by processor and memory would choose the fuller node
        register("filler", 1, 300, 300, "");
        cluster.schedule("filler");
        register("pairs", 5, 100, 100, count(2));
        assertThat(placed("share", 100, 100, share(0.5))).isEqualTo("single");
    }

    @Test
    void a_share_goes_beside_a_share_while_jobs_wait_for_whole_devices() {
        cluster.nodeWithDevices("one", "a", "b", "c");
        cluster.nodeWithDevices("two", "a", "b", "c");
        cluster.nodeWithDevices("three", "a", "b", "c");
        register("waiting", 9, 100, 100, count(3));
        String first = placed("first", 50, 50, share(0.4));
        assertThat(placed("second", 50, 50, share(0.4))).isEqualTo(first);
        assertThat(placed("third", 50, 50, share(0.4))).isEqualTo(first);
    }

    @Test
    void work_without_devices_does_not_take_the_memory_beside_the_last_free_device() {
        cluster.nodeWithDevices("free", "a");
        cluster.nodeWithDevices("taken", "a");
        cluster.eligibility("free", "ineligible");
        assertThat(placed("holder", 50, 50, count(1))).isEqualTo("taken");
        cluster.eligibility("free", "eligible");
        register("waiting", 3, 100, 600, count(1));
        assertThat(placed("beside", 100, 500, "")).isEqualTo("taken");
    }

    @Test
    void without_any_devices_nodes_are_packed_as_usual() {
        cluster.node("n1", "dc1");
        cluster.node("n2", "dc1");
        String first = placed("first", 300, 300, "");
        assertThat(placed("second", 300, 300, "")).isEqualTo(first);
    }
}
