package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.codec.RecordShape;
import dev.steppe.model.specification.Answer;
import dev.steppe.model.specification.Block;
import dev.steppe.model.specification.Names;
import dev.steppe.model.specification.Row;
import dev.steppe.model.specification.Specification;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Whatever the job specification says works has a test on a running node, by name. */
class FieldProofsTest {
    private static TreeMap<String, List<String>> wordsOfWhatWorks() {
        var words = new TreeMap<String, List<String>>();
        for (Block block : Specification.blocks()) {
            for (Row row : block.rows()) {
                if (row.answer() instanceof Answer.Works) {
                    words.put(block.name() + "." + row.field(), words(block, row.field()));
                }
            }
        }
        return words;
    }

    /** The word of job files, that of the API, and for a label the block. */
    private static List<String> words(Block block, String field) {
        var words = new ArrayList<>(List.of(field));
        for (RecordShape.Component component : RecordShape.of(block.type()).components()) {
            var word = Names.of(block.type(), component.name());
            if (word.equals(field) || Names.singular(word).equals(field)) {
                words.add(component.json());
            }
            if (Names.isLabel(block.type(), component.name()) && word.equals(field)) {
                words.add(block.name());
            }
        }
        return words;
    }

    @Test
    void every_field_that_works_has_a_test_on_a_running_node_and_none_that_does_not() throws IOException {
        assertThat(Proofs.read("job-specification.txt").fields())
                .containsExactlyInAnyOrderElementsOf(wordsOfWhatWorks().keySet());
    }

    @Test
    void every_test_that_is_named_exists_has_a_node_and_says_the_field() throws IOException {
        var words = wordsOfWhatWorks();
        assertThat(Proofs.read("job-specification.txt").problems(field -> words.getOrDefault(field, List.of(field))))
                .isEmpty();
    }
}
