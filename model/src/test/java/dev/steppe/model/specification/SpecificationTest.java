package dev.steppe.model.specification;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.JobSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.RecordShape;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table answers for every field a job can say, and what it answers is found in jobs. */
class SpecificationTest {

    static List<Block> blocks() {
        return Specification.blocks();
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void every_component_of_a_block_has_a_row_and_every_other_row_is_an_extra(Block block) {
        Set<String> words = new TreeSet<>();
        for (RecordShape.Component component : RecordShape.of(block.type()).components()) {
            if (!Names.isHidden(block.type(), component.name())) {
                words.add(Block.word(block.type(), component));
            }
        }
        Set<String> rows = new TreeSet<>();
        block.rows().stream().filter(row -> !row.extra()).forEach(row -> rows.add(row.field()));
        assertThat(rows).isEqualTo(words);
    }

    @Test
    void every_record_that_a_job_can_hold_is_a_block_of_the_table() {
        Set<Class<?>> reached = new java.util.LinkedHashSet<>(List.of(JobSpec.class));
        List<Class<?>> open = new ArrayList<>(reached);
        while (!open.isEmpty()) {
            for (RecordShape.Component component :
                    RecordShape.of(open.removeLast()).components()) {
                records(component.type()).stream().filter(reached::add).forEach(open::add);
            }
        }
        assertThat(blocks().stream().map(Block::type).toList()).containsExactlyInAnyOrderElementsOf(reached);
    }

    private static List<Class<?>> records(Type type) {
        if (type instanceof ParameterizedType generic) {
            List<Class<?>> found = new ArrayList<>();
            for (Type argument : generic.getActualTypeArguments()) {
                found.addAll(records(argument));
            }
            return found;
        }
        boolean block = type instanceof Class<?> simple
                && simple.isRecord()
                && !dev.steppe.model.codec.Scalar.class.isAssignableFrom(simple);
        return block ? List.of((Class<?>) type) : List.of();
    }

    private static List<String> found(String group) throws Exception {
        var job = Codec.fromJson(JobSpec.class, "{\"ID\":\"j\",\"TaskGroups\":[" + group + "]}");
        return Examination.of(job).stream()
                .map(finding -> finding.path() + " " + finding.refused() + " " + finding.message())
                .toList();
    }

    @Test
    void what_is_left_out_or_said_with_its_default_is_no_finding() throws Exception {
        assertThat(found("{\"Name\":\"g\",\"Migrate\":{\"MaxParallel\":1},\"Update\":{\"Canary\":0}}"))
                .isEmpty();
    }

    @Test
    void refused_fields_name_the_blocks_around_them_and_what_to_do() throws Exception {
        assertThat(found("{\"Name\":\"g\",\"Tasks\":[{\"Name\":\"t\",\"Resources\":{\"DiskMB\":5}}]}"))
                .containsExactly("TaskGroups[0].Tasks[0].Resources.DiskMB true group \"g\": task \"t\": resources:"
                        + " disk is not supported; use the group's ephemeral_disk block");
    }

    @Test
    void values_that_are_not_possible_yet_are_refused_with_those_that_are() throws Exception {
        assertThat(found("{\"Name\":\"g\",\"Volumes\":{\"v\":{\"Name\":\"v\",\"Type\":\"csi\",\"Source\":\"s\"}}}"))
                .containsExactly(
                        "TaskGroups[0].Volumes.v.Type true group \"g\": volume \"v\": type \"csi\" is not supported"
                                + " yet; use host (a directory the node names with host_volume; CSI is planned)");
    }

    @Test
    void what_is_met_by_construction_is_a_notice() throws Exception {
        assertThat(found("{\"Name\":\"g\",\"Networks\":[{\"MBits\":10}]}"))
                .containsExactly("TaskGroups[0].Networks[0].MBits false group \"g\": network: mbits is met by"
                        + " construction: bandwidth is not scheduled");
    }
}
