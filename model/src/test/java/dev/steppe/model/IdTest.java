package dev.steppe.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Proves that ids are what their texts are, however they are kept. */
class IdTest {
    @Test
    void an_id_gives_its_text_back_and_is_ordered_as_it() {
        for (String one : texts()) {
            for (String other : texts()) {
                var id = new AllocationId(one);
                var that = new AllocationId(other);
                assertThat(id.value()).isEqualTo(one);
                assertThat(Integer.signum(id.compareTo(that))).isEqualTo(Integer.signum(one.compareTo(other)));
                assertThat(Long.signum(Long.compare(id.rank(), that.rank())) * (long) one.compareTo(other))
                        .isNotNegative();
                assertThat(id.equals(that)).isEqualTo(one.equals(other));
                assertThat(id.hashCode() == that.hashCode() || !one.equals(other))
                        .isTrue();
            }
        }
    }

    @Test
    void ids_of_a_row_are_uuids_of_version_4_that_follow_one_another_and_differ_in_what_people_see() {
        var row = new AllocationId.Row(new Random(7));
        var before = row.next();
        int apart = 0;
        for (int i = 0; i < 1_000; i++) {
            var next = row.next();
            var uuid = java.util.UUID.fromString(next.value());
            assertThat(uuid.version()).isEqualTo(4);
            assertThat(uuid.variant()).isEqualTo(2);
            assertThat(new AllocationId(next.value())).isEqualTo(next);
            int first = Integer.parseUnsignedInt(Ids.shortId(before.value()), 16);
            assertThat(Integer.parseUnsignedInt(Ids.shortId(next.value()), 16)).isEqualTo(first + 1);
            apart += before.value().substring(8).equals(next.value().substring(8)) ? 0 : 1;
            before = next;
        }
        assertThat(apart).isEqualTo(1_000);
    }

    private static List<String> texts() {
        var random = new Random(7);
        var texts = new ArrayList<>(List.of(
                "a",
                "aa",
                "a\u00ff",
                "a\u00ffz",
                "a\u4e00b",
                "a\u4e00a",
                "node-1",
                "ffffffff-ffff-ffff-ffff-ffffffffffff",
                "00000000-0000-0000-0000-000000000000",
                "7fffffff-ffff-ffff-8000-000000000000",
                "80000000-0000-0000-7fff-ffffffffffff",
                // nearly canonical
                "80000000-0000-0000-7fff-ffffffffffF0",
                "80000000-0000-0000-7fff_ffffffffffff",
                "80000000-0000-0000-7fff-fffffffffffg"));
        for (int i = 0; i < 50; i++) {
            texts.add(Ids.random(random));
        }
        return texts;
    }

    @Test
    void ids_of_different_kinds_are_different_and_wrong_ones_are_refused_by_name() {
        var text = "7fffffff-ffff-ffff-8000-000000000000";
        assertThat((Object) new AllocationId(text)).isNotEqualTo(new NodeId(text));
        assertThatThrownBy(() -> new NodeId("a b")).hasMessageContaining("node id \"a b\" contains a space");
        assertThatThrownBy(() -> new EvaluationId("")).hasMessage("evaluation id is missing");
    }
}
