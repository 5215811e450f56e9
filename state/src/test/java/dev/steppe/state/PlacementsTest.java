package dev.steppe.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.AllocationMetric;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Proves that the short form of allocations says all that the long one says. */
class PlacementsTest {
    private static final Instant AT = Instant.parse("2026-01-31T08:00:00Z");

    private static Allocation allocation(SplittableRandom random, int number) {
        String ports = random.nextInt(4) == 0
                ? "[{\"Label\":\"http\",\"Value\":" + (20_000 + number) + ",\"To\":0,\"HostIP\":\"10.0.0.1\"}]"
                : "[]";
        String previous = random.nextInt(5) == 0 ? ",\"PreviousAllocation\":\"" + id(random) + "\"" : "";
        String name = random.nextInt(9) == 0 ? "odd" : "job" + random.nextInt(2) + ".g[" + random.nextInt(2000) + "]";
        String metrics = switch (random.nextInt(8)) {
            case 0 -> "";
            case 1 -> ",\"Metrics\":{\"NodesEvaluated\":" + number + "}";
            default -> ",\"Metrics\":{\"NodesEvaluated\":1}";
        };
        return read(Allocation.class, """
                {"ID":"%s","EvalID":"e1","Name":"%s","NodeID":"n%d","NodeName":"%s","JobID":"%s","TaskGroup":"g","Epoch":%d,
                 "AllocatedResources":{"Tasks":{"t":{"Cpu":{"CpuShares":%d},"Memory":{"MemoryMB":10}}},
                  "Shared":{"DiskMB":300,"Ports":%s}},
                 "ClientStatus":"%s","CreateIndex":%d%s%s}""".formatted(
                        id(random),
                        name,
                        random.nextInt(3),
                        random.nextInt(6) == 0 ? "renamed" : "node",
                        random.nextInt(7) == 0 ? "other" : "job",
                        1 + random.nextInt(2),
                        100 + random.nextInt(2),
                        ports,
                        random.nextInt(3) == 0 ? "running" : "pending",
                        random.nextInt(2),
                        previous,
                        metrics));
    }

    private static String id(SplittableRandom random) {
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }

    private static <T> T read(Class<T> type, String json) {
        try {
            return Codec.fromJson(type, json);
        } catch (CodecException wrong) {
            throw new IllegalArgumentException(json, wrong);
        }
    }

    private static List<Allocation> some(SplittableRandom random) {
        var some = new ArrayList<Allocation>();
        for (int i = random.nextInt(40); i >= 0; i--) {
            some.add(allocation(random, i));
        }
        return some;
    }

    @Test
    void what_is_read_is_what_was_written_whatever_the_neighbours_are() throws CodecException {
        for (int seed = 0; seed < 300; seed++) {
            var allocations = some(new SplittableRandom(seed));
            var form = Placements.of(allocations, own -> own.nodeName().equals("node"));
            var read = Codec.fromBinary(Placements.class, Codec.toBinary(Placements.class, form));
            assertThat(read.all(node -> Optional.of(new Placements.Known(node, "node"))))
                    .as("seed %d", seed)
                    .isEqualTo(allocations);
            assertThat(form.size()).isEqualTo(allocations.size());
        }
    }

    @Test
    void neighbours_that_are_alike_take_less_than_seventy_bytes_each_and_share_what_is_common() throws CodecException {
        var random = new SplittableRandom(1);
        var like = allocation(random, 0);
        var many = new ArrayList<Allocation>();
        for (int i = 0; i < 1_000; i++) {
            many.add(like.placed(
                    new AllocationId(id(random)),
                    "job1.g[" + i + "]",
                    new NodeId("n" + i % 40),
                    "node",
                    Optional.empty(),
                    1,
                    like.allocatedResources(),
                    like.metrics()));
        }
        byte[] bytes = Codec.toBinary(Placements.class, Placements.of(many));
        assertThat(bytes.length).isLessThan(70_000);
        var read =
                Codec.fromBinary(Placements.class, bytes).all(node -> Optional.of(new Placements.Known(node, "node")));
        assertThat(read).isEqualTo(many);
        assertThat(read)
                .allSatisfy(it -> assertThat(it.allocatedResources())
                        .isSameAs(read.getFirst().allocatedResources()));
    }

    @Test
    void metrics_that_many_have_travel_once_also_after_some_that_have_their_own() {
        var random = new SplittableRandom(1);
        var like = allocation(random, 0);
        var many = new ArrayList<Allocation>();
        for (int i = 0; i < 1_000; i++) {
            var metrics = read(AllocationMetric.class, "{\"NodesEvaluated\":" + Math.min(i, 10) + "}");
            many.add(like.placed(
                    new AllocationId(id(random)),
                    "job1.g[" + i + "]",
                    new NodeId("n" + i % 40),
                    "node",
                    Optional.empty(),
                    1,
                    like.allocatedResources(),
                    Optional.of(metrics)));
        }
        assertThat(Codec.toBinary(Placements.class, Placements.of(many)).length).isLessThan(75_000);
    }

    @Test
    void a_snapshot_file_holds_allocations_of_nodes_that_are_renamed_or_gone() throws IOException {
        for (int seed = 0; seed < 40; seed++) {
            var store = new Store();
            var node = read(NodeSpec.class, "{\"ID\":\"n1\",\"Name\":\"node\"}");
            store.apply(new Command.RegisterNode(node, List.of(), AT));
            var draft = new Draft(store.snapshot());
            some(new SplittableRandom(seed)).forEach(allocation -> draft.put(allocation, true));
            var snapshot = new Snapshot(draft);
            var bytes = new ByteArrayOutputStream();
            SnapshotFile.write(snapshot, bytes);
            var restored = SnapshotFile.read(new ByteArrayInputStream(bytes.toByteArray()));
            assertThat(restored.allocations()).as("seed %d", seed).containsExactlyElementsOf(snapshot.allocations());
            assertThat(restored.usage(node.id())).isEqualTo(snapshot.usage(node.id()));
        }
    }
}
