package dev.steppe.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When the comparisons of constraints hold. */
class OperandTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            =                | linux  | linux       | true
            !=               | linux  | linux       | false
            <                | 9      | 10          | true
            >=               | b      | a           | true
            regexp           | abc    | ^a.c$       | true
            regexp           | abc    | (           | false
            version          | 1.4.2  | ">= 1.4, < 2" | true
            version          | 2.0    | ">= 1.4, < 2" | false
            version          | 1.4.2  | nonsense    | false
            semver           | 1.5.0-beta | ">= 1.4" | true
            set_contains     | a,b,c  | c,a         | true
            set_contains_any | a,b    | x,b         | true
            set_contains_any | a,b    | x           | false
            set_contains_all | "a, b" | "b ,a"      | true
            set_contains     | ab     | a           | false
            ==               | 1.0    | 1           | false
            is               | a      | a           | true
            not              | a      | b           | true
            <                | 2      | 1e1         | true
            <                | 1.5    | 1.25        | false
            <=               | 10     | 10.0        | true
            >                | 9a     | 10          | true
            version          | 1.5.0-beta | ">= 1.4" | false
            semver           | 1.4.0-beta | ">= 1.4.0" | false
            version          | 1.5.3  | "~> 1.5.1"  | true
            regexp           | kernel-6.18 | "6\\.[0-9]+" | true
            """, quoteCharacter = '"')
    void comparison_holds_as_listed(String operand, String left, String right, boolean expected) {
        assertThat(Operand.holds(operand, Optional.of(left), Optional.of(right)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            =            |       | linux | false
            =            |       |       | false
            !=           |       | linux | true
            not          | linux |       | true
            !=           |       |       | false
            <            |       | 3     | false
            regexp       |       | .*    | false
            version      |       | > 1   | false
            set_contains |       | a     | false
            is_set       | x     |       | true
            is_set       |       |       | false
            is_not_set   |       |       | true
            is_not_set   | x     |       | false
            like         | x     | x     | false
            """, quoteCharacter = '"')
    void a_side_that_is_not_there_meets_negations_only(String operand, String left, String right, boolean expected) {
        assertThat(Operand.holds(operand, Optional.ofNullable(left), Optional.ofNullable(right)))
                .isEqualTo(expected);
    }
}
