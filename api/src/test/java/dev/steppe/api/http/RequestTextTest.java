package dev.steppe.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Proves how the texts in a request become values: durations, waiting terms, query parameters; and JSON's layout. */
class RequestTextTest {
    private static WaitTerms terms(String query, Dialect dialect) throws Refused {
        RandomGenerator random = new Random(7);
        return WaitTerms.of(Query.parse(query), dialect, random);
    }

    @Test
    void waiting_is_five_minutes_unless_told_and_never_longer_than_the_dialect_allows() throws Refused {
        assertThat(terms("", Dialect.NOMAD).isDue(0)).isTrue();
        assertThat(terms("index=7", Dialect.NOMAD).atMost())
                .isBetween(Duration.ofMinutes(5), Duration.ofMinutes(5).plusSeconds(19));
        assertThat(terms("index=7&wait=2h", Dialect.NOMAD).atMost()).isLessThan(Duration.ofMinutes(6));
        assertThat(terms("index=7&wait=2h", Dialect.CONSUL).atMost())
                .isBetween(Duration.ofMinutes(10), Duration.ofSeconds(638));
        assertThat(terms("index=7&wait=16s", Dialect.CONSUL).atMost())
                .isBetween(Duration.ofSeconds(16), Duration.ofSeconds(17));
        assertThat(terms("index=7&wait=0s", Dialect.CONSUL).atMost()).isGreaterThanOrEqualTo(Duration.ofMinutes(5));
        assertThat(terms("index=7", Dialect.NOMAD).isDue(7)).isFalse();
        assertThat(terms("index=7", Dialect.NOMAD).isDue(8)).isTrue();
    }

    @Test
    void wrong_waiting_terms_are_refused_in_the_known_words() {
        assertThatThrownBy(() -> terms("index=1.5", Dialect.NOMAD)).hasMessage("Invalid index");
        assertThatThrownBy(() -> terms("index=-1", Dialect.NOMAD)).hasMessage("Invalid index");
        assertThatThrownBy(() -> terms("wait=soon", Dialect.NOMAD)).hasMessage("Invalid wait time");
        assertThatThrownBy(() -> terms("wait=-1s", Dialect.NOMAD)).hasMessage("Invalid wait time");
    }

    @Test
    void query_parameters_are_decoded_repeatable_and_may_have_no_value() throws Refused {
        var query = Query.parse("tag=a&tag=b%26c&passing&filter=x+%3D%3D+1&&empty=");
        assertThat(query.all("tag")).containsExactly("a", "b&c");
        assertThat(query.flag("passing")).isTrue();
        assertThat(query.flag("absent")).isFalse();
        assertThat(query.first("filter")).contains("x == 1");
        assertThat(query.first("empty")).contains("");
        assertThat(query.text("empty")).isEmpty();
        assertThatThrownBy(() -> Query.parse("stale=maybe").flag("stale"))
                .hasMessageContaining("\"maybe\" is not a boolean");
        assertThatThrownBy(() -> Query.parse("offset=x").number("offset", 0)).isInstanceOf(Refused.class);
    }

    @Test
    void pretty_json_is_indented_by_four_and_otherwise_unchanged() {
        var compact = "{\"a\":[1,2.50,{\"b\":\"x,{\\\"y\\\\\"}],\"e\":{},\"f\":[]}";
        assertThat(JsonLayout.indent(Bytes.utf8(compact)).text()).isEqualTo("""
                        {
                            "a": [
                                1,
                                2.50,
                                {
                                    "b": "x,{\\"y\\\\"
                                }
                            ],
                            "e": {},
                            "f": []
                        }
                        """);
    }

    @Test
    void a_header_cannot_split_an_answer() {
        assertThatThrownBy(() -> Headers.of("X-A", "b\r\nX-C: d")).isInstanceOf(IllegalArgumentException.class);
    }
}
