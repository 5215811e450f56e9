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
            """, quoteCharacter = '"')
    void comparison_holds_as_listed(String operand, String left, String right, boolean expected) {
        assertThat(Operand.holds(operand, Optional.of(left), Optional.of(right)))
                .isEqualTo(expected);
    }
}
