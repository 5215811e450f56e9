package dev.steppe.language.version;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which versions meet which constraints, in both dialects, and how versions are ordered. */
class VersionConstraintsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            >= 1.2, < 2       | 1.2.0        | true
            >= 1.2, < 2       | 1.99         | true
            >= 1.2, < 2       | 2            | false
            >= 1.2, < 2       | 2.0.0-beta1  | false
            1.2.3             | 1.2.3        | true
            = 1.2             | 1.2.0        | true
            = 1.2             | v1.2.0       | true
            != 1.2            | 1.2.1        | true
            != 1.2            | 1.2          | false
            > 1.9             | 1.10         | true
            ~> 1.2            | 1.9.5        | true
            ~> 1.2            | 2.0          | false
            ~> 1.2            | 1.1          | false
            ~> 1.2.3          | 1.2.9        | true
            ~> 1.2.3          | 1.3.0        | false
            ~> 1              | 5.0          | true
            ~> 1.0.0-alpha    | 1.0.0-beta   | true
            ~> 1.0.0-alpha    | 1.0.0        | false
            >= 1.0            | 1.1-beta     | false
            >= 1.1-alpha      | 1.1-beta     | true
            >= 1.1-alpha      | 1.2-beta     | false
            >= 1.1-alpha      | 1.2          | true
            >= 0.6.1          | 0.6.1+ent    | true
            = 1.2beta1        | 1.2-beta1    | true
            >= 1              | not-one      | false
            """)
    void version_constraint_holds_as_listed(String constraint, String version, boolean expected) throws Exception {
        assertThat(VersionConstraints.parse(constraint, VersionConstraints.Dialect.VERSION)
                        .matches(version))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            >= 1.0            | 1.1.0-beta   | true
            < 1.1.0           | 1.1.0-beta   | true
            >= 1.1.0          | 1.1.0-beta   | false
            > 1.0.0-alpha     | 1.0.0-alpha.1| true
            >= 1.2, < 2       | 1.5          | true
            = 1.0.0           | 1.0.0+build  | true
            = 1.2             | 1.2beta      | false
            """)
    void semantic_constraint_holds_as_listed(String constraint, String version, boolean expected) throws Exception {
        assertThat(VersionConstraints.parse(constraint, VersionConstraints.Dialect.SEMVER)
                        .matches(version))
                .isEqualTo(expected);
    }

    @Test
    void what_is_not_a_constraint_is_refused_with_the_part_that_is_wrong() {
        for (String text : List.of("", ">=", ">> 1", "1.2, x", ">= 1.2 < 2", "1.")) {
            assertThatThrownBy(() -> VersionConstraints.parse(text, VersionConstraints.Dialect.VERSION))
                    .as(text)
                    .isInstanceOf(VersionConstraints.InvalidConstraintException.class)
                    .hasMessageContaining("not a condition");
        }
        assertThatThrownBy(() -> VersionConstraints.parse("~> 1", VersionConstraints.Dialect.SEMVER))
                .hasMessageContaining("~>");
    }

    @Test
    void versions_are_ordered_as_semantic_versioning_says() {
        List<String> ascending = List.of(
                "0.9",
                "1.0.0-1",
                "1.0.0-alpha",
                "1.0.0-alpha.1",
                "1.0.0-alpha.beta",
                "1.0.0-beta",
                "1.0.0-beta.2",
                "1.0.0-beta.11",
                "1.0.0-rc.1",
                "1.0.0",
                "1.0.1",
                "1.2",
                "1.10",
                "2.0.0.1");
        List<Version> versions = ascending.stream()
                .map(text -> Version.parse(text).orElseThrow())
                .toList();
        assertThat(versions).isSorted();
        assertThat(versions.reversed().stream().sorted().toList()).isEqualTo(versions);
        assertThat(Version.parse("1.0")).isEqualTo(Version.parse("1.0.0.0"));
        assertThat(Version.parse("1.0").orElseThrow())
                .hasSameHashCodeAs(Version.parse("1.0.0.0").orElseThrow());
        assertThat(Version.parse("1.2-rc1+ent").map(Version::toString)).hasValue("1.2.0-rc1+ent");
    }
}
