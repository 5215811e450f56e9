package dev.steppe.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.NodeId;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Proves which nodes a scheduler may ask once for all. */
class FleetTest {
    private final Store store = new Store();

    private int kind(String id, String attributes) throws CodecException {
        var node = Codec.fromJson(
                NodeSpec.class,
                "{\"ID\":\"%s\",\"Name\":\"%s\",\"Datacenter\":\"dc1\",\"Attributes\":{%s}}"
                        .formatted(id, id, attributes));
        store.apply(new Command.RegisterNode(node, List.of(), Instant.EPOCH));
        var fleet = store.snapshot().fleet();
        return fleet.kind(fleet.seatOf(new NodeId(id)).orElseThrow());
    }

    @Test
    void machines_that_measure_themselves_a_little_differently_are_of_one_kind() throws CodecException {
        int kind = kind("n1", "\"arch\":\"amd64\",\"memory.totalbytes\":\"67421\",\"unique.hostname\":\"a\"");
        assertThat(kind("n2", "\"arch\":\"amd64\",\"memory.totalbytes\":\"67433\",\"unique.hostname\":\"b\""))
                .isEqualTo(kind);
        assertThat(kind("n3", "\"arch\":\"arm64\",\"memory.totalbytes\":\"67421\",\"unique.hostname\":\"a\""))
                .isNotEqualTo(kind);
    }

    @Test
    void a_kind_nobody_is_of_any_more_gives_its_number_to_another() throws CodecException {
        int constant = kind("n1", "\"arch\":\"amd64\"");
        for (int change = 0; change < 200; change++) {
            kind("n2", "\"arch\":\"amd64\",\"change\":\"" + change + "\"");
            kind("n3", "\"arch\":\"amd64\",\"change\":\"" + (change + 1) + "\"");
        }
        assertThat(store.snapshot().fleet().kinds()).isLessThanOrEqualTo(4);
        store.apply(new Command.RemoveNodes(List.of(new NodeId("n2"), new NodeId("n3")), List.of(), Instant.EPOCH));
        int other = kind("n4", "\"arch\":\"riscv64\"");
        assertThat(other).isNotEqualTo(constant);
        assertThat(kind("n5", "\"arch\":\"amd64\"")).isEqualTo(constant);
        assertThat(store.snapshot().fleet().kinds()).isLessThanOrEqualTo(4);
    }

    @Test
    void a_draw_begins_with_the_nodes_id_wherever_it_sits() throws CodecException {
        kind("n1", "");
        kind("n2", "");
        var fleet = store.snapshot().fleet();
        for (String id : List.of("n1", "n2")) {
            assertThat(fleet.draw(fleet.seatOf(new NodeId(id)).orElseThrow())).isEqualTo(id.hashCode());
        }
    }
}
