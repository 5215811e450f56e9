package dev.steppe.language.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Places in texts, how they are shown, and the suggestion of words. */
class SourceTest {

    @Test
    void places_count_lines_characters_and_bytes() {
        Source source = new Source("file", "a\r\n  grün 😀 x\n");
        SourceRange range =
                source.range(source.text().indexOf('x'), source.text().indexOf('x') + 1);
        assertThat(range.line()).isEqualTo(2);
        assertThat(range.column()).isEqualTo(10);
        assertThat(range.startByte()).isEqualTo(source.text().indexOf('x') + 3);
        assertThat(range.text()).isEqualTo("x");
        assertThat(range).hasToString("file:2,10");
        assertThat(source.lineText(1)).isEqualTo("a");
        assertThat(source.lineText(3)).isEmpty();
    }

    @Test
    void a_long_line_is_shown_around_the_place() {
        Source source = new Source("file", "x".repeat(500) + "HERE" + "y".repeat(500));
        String shown = Diagnostic.error(source.range(500, 504), "Wrong", "").render();
        String[] lines = shown.split("\n", -1);
        assertThat(lines[2]).contains("HERE").hasSizeLessThan(200);
        assertThat(lines[3].indexOf('^')).isEqualTo(lines[2].indexOf("HERE"));
        assertThat(lines[3]).endsWith(" ^^^^");
    }

    @Test
    void the_nearest_word_is_suggested_and_no_far_one() {
        List<String> words = List.of("datacenters", "name", "count", "constraint", "task");
        assertThat(Spelling.nearest("datacenter", words)).hasValue("datacenters");
        assertThat(Spelling.nearest("cuont", words)).hasValue("count");
        assertThat(Spelling.nearest("tsk", words)).hasValue("task");
        assertThat(Spelling.nearest("volume", words)).isEmpty();
        assertThat(Spelling.nearest("", words)).isEmpty();
    }
}
