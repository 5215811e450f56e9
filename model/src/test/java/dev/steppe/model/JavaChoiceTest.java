package dev.steppe.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which Java versions are meant by what a task asks for. */
class JavaChoiceTest {
    @Test
    void a_release_means_each_of_its_versions_and_no_other() {
        var wish = new JavaChoice("17.0");
        assertThat(wish.fits("17.0.9")).isTrue();
        assertThat(wish.fits("17.0")).isTrue();
        assertThat(wish.fits("17.01")).isFalse();
        assertThat(new JavaChoice("1").fits("17.0.9")).isFalse();
        assertThat(new JavaChoice("25").fits("25+36")).isTrue();
        assertThat(wish.isAmong("25.0.3,17.0.15")).isTrue();
        assertThat(wish.isAmong("25.0.3,21.0.1")).isFalse();
        assertThat(wish.isAmong("")).isFalse();
    }

    @Test
    void what_is_no_version_is_said() {
        assertThat(new JavaChoice("21").problem()).isEmpty();
        assertThat(new JavaChoice("newest").problem().orElseThrow()).contains("not \"newest\"");
        assertThat(JavaChoice.of(Map.of("class", "Main"))).isEmpty();
        assertThat(JavaChoice.of(Map.of("java_version", 21)).orElseThrow().version())
                .isEqualTo("21");
    }
}
