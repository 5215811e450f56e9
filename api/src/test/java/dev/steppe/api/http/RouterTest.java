package dev.steppe.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Proves that a request leads to exactly one route, whatever slashes and escapes its path holds. */
class RouterTest {
    private static final Handler NOTHING = request -> Response.empty();

    private static Route get(String pattern) {
        return Route.get(pattern, Right.ANYONE, NOTHING);
    }

    private static Router router(String... patterns) {
        return new Router(List.of(patterns).stream().map(RouterTest::get).toList());
    }

    private static String found(Router router, String path) throws Refused {
        return switch (router.find(Method.GET, path)) {
            case Router.Found.Matched(var route, var names) -> route.pattern() + " " + names;
            case Router.Found.WrongMethod(var allowed) -> "405 " + allowed;
            case Router.Found.Unknown() -> "404";
        };
    }

    @Test
    void a_name_takes_one_segment_with_its_encoded_slash() throws Refused {
        var router = router("/v1/node/{id}", "/v1/node/{id}/allocations");
        assertThat(found(router, "/v1/node/abc")).isEqualTo("/v1/node/{id} {id=abc}");
        assertThat(found(router, "/v1/node/a%2Fb")).isEqualTo("/v1/node/{id} {id=a/b}");
        assertThat(found(router, "/v1/node/a+b%20c")).isEqualTo("/v1/node/{id} {id=a+b c}");
        assertThat(found(router, "/v1/node/abc/allocations")).isEqualTo("/v1/node/{id}/allocations {id=abc}");
        assertThat(found(router, "/v1/node/abc/")).isEqualTo("/v1/node/{id} {id=abc}");
        assertThat(found(router, "/v1/node/")).isEqualTo("404");
        assertThat(found(router, "/v1/node/a/b/c")).isEqualTo("404");
    }

    @Test
    void a_rest_takes_segments_up_to_the_longest_known_ending() throws Refused {
        var router = router("/v1/job/{id...}", "/v1/job/{id...}/summary", "/v1/job/{id...}/versions/{name}/tag");
        assertThat(found(router, "/v1/job/web")).isEqualTo("/v1/job/{id...} {id=web}");
        assertThat(found(router, "/v1/job/batch/periodic-17")).isEqualTo("/v1/job/{id...} {id=batch/periodic-17}");
        assertThat(found(router, "/v1/job/batch/periodic-17/summary"))
                .isEqualTo("/v1/job/{id...}/summary {id=batch/periodic-17}");
        assertThat(found(router, "/v1/job/batch%2Fsummary")).isEqualTo("/v1/job/{id...} {id=batch/summary}");
        assertThat(found(router, "/v1/job/web/versions/blue/tag"))
                .isEqualTo("/v1/job/{id...}/versions/{name}/tag {id=web, name=blue}");
        assertThat(found(router, "/v1/job/")).isEqualTo("404");
    }

    @Test
    void a_rest_at_the_end_keeps_a_trailing_slash() throws Refused {
        assertThat(found(router("/v1/kv/{key...}"), "/v1/kv/a/b/")).isEqualTo("/v1/kv/{key...} {key=a/b/}");
    }

    @Test
    void fixed_text_wins_over_a_name() throws Refused {
        var router = router("/v1/node/{id}", "/v1/node/pools", "/v1/node/{id}/allocations", "/v1/node/pool/{name}");
        assertThat(found(router, "/v1/node/pools")).isEqualTo("/v1/node/pools {}");
        assertThat(found(router, "/v1/node/pool/allocations")).isEqualTo("/v1/node/pool/{name} {name=allocations}");
    }

    @Test
    void another_method_is_told_which_ones_there_are() throws Refused {
        var router = new Router(
                List.of(get("/v1/job/{id...}"), Route.delete("/v1/job/{job...}", Right.SUBMIT_JOB, NOTHING)));
        assertThat(router.find(Method.DELETE, "/v1/job/web"))
                .isInstanceOfSatisfying(
                        Router.Found.Matched.class,
                        matched -> assertThat(matched.names()).containsEntry("job", "web"));
        assertThat(router.find(Method.POST, "/v1/job/web"))
                .isEqualTo(new Router.Found.WrongMethod(List.of(Method.GET, Method.HEAD, Method.DELETE)));
    }

    @Test
    void ambiguous_tables_cannot_be_built() {
        assertThatThrownBy(() -> router("/v1/node/{id}", "/v1/node/{name}")).hasMessageContaining("two routes for GET");
        assertThatThrownBy(() -> router("/v1/job/{id...}/scale", "/v1/job/{id...}/versions/{name}"))
                .hasMessageContaining("some paths fit both");
        assertThatThrownBy(() -> router("/v1/{a}/{a}")).hasMessageContaining("twice");
        assertThatThrownBy(() -> router("/v1/{a...}/x/{b...}")).hasMessageContaining("more than one");
        assertThatThrownBy(() -> router("/v1/x{a}")).hasMessageContaining("whole segment");
    }

    @Test
    void broken_escapes_are_refused() {
        var router = router("/v1/node/{id}");
        for (var path : List.of("/v1/node/%", "/v1/node/%4", "/v1/node/%zz", "/v1/node/%ff", "/v1/node/%00")) {
            assertThatThrownBy(() -> found(router, path)).isInstanceOf(Refused.class);
        }
    }

    @Test
    void the_table_names_the_right_of_each_route() {
        var router = new Router(List.of(get("/v1/status/leader"), Route.write("/v1/jobs", Right.SUBMIT_JOB, NOTHING)));
        assertThat(router.table().lines())
                .containsExactly(
                        "GET       /v1/status/leader                                anyone",
                        "PUT,POST  /v1/jobs                                         namespace:submit-job");
    }
}
