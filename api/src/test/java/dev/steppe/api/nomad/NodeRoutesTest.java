package dev.steppe.api.nomad;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Proves over HTTP, with the bodies official clients send, what operators do with nodes and pools. */
class NodeRoutesTest extends ServedWorld {
    @BeforeEach
    void furnish() throws Exception {
        world.node("n1", "alpha", "192.0.2.1");
        world.node("n2", "beta", "192.0.2.2");
    }

    private String get(String path) throws IOException {
        return ask("GET", path, "").text();
    }

    @Test
    void a_drain_shows_its_strategy_until_it_ends_and_its_history_afterwards() throws IOException {
        var begun = ask("PUT", "/v1/node/n1/drain", """
                {"NodeID":"n1","DrainSpec":{"Deadline":3600000000000,"IgnoreSystemJobs":true},
                 "MarkEligible":false,"Meta":{"message":"kernel"}}""");
        assertThat(begun.status()).as(begun.text()).isEqualTo(200);
        assertThat(begun.text()).contains("\"NodeModifyIndex\":", "\"EvalIDs\":[]");
        assertThat(get("/v1/node/n1"))
                .contains("\"Drain\":true", "\"SchedulingEligibility\":\"ineligible\"")
                .contains("\"DrainStrategy\":{\"Deadline\":3600000000000,\"IgnoreSystemJobs\":true")
                .contains("\"ForceDeadline\":\"2026-03-01T13:00:00Z\"", "\"Status\":\"draining\"")
                .contains("\"message\":\"kernel\"");
        assertThat(ask("PUT", "/v1/node/n1/drain", "{\"DrainSpec\":null,\"MarkEligible\":true}")
                        .status())
                .isEqualTo(200);
        assertThat(get("/v1/node/n1"))
                .contains("\"DrainStrategy\":null", "\"Drain\":false", "\"Status\":\"canceled\"")
                .contains("\"SchedulingEligibility\":\"eligible\"", "\"Message\":\"Node drain strategy disabled\"");
        assertThat(get("/v1/nodes")).contains("\"LastDrain\":{\"StartedAt\":\"2026-03-01T12:00:00Z\"");
    }

    @Test
    void a_drain_of_an_unknown_node_and_one_that_makes_no_sense_are_refused() throws IOException {
        assertThat(ask("PUT", "/v1/node/n9/drain", "{\"DrainSpec\":{}}").status())
                .isEqualTo(404);
        var wrong = ask("PUT", "/v1/node/n1/drain", "{\"DrainSpec\":{\"Deadline\":\"soon\"}}");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.text()).contains("nanoseconds");
    }

    @Test
    void a_preview_of_a_drain_tells_why_something_cannot_move_and_changes_nothing() throws Exception {
        world.job("web", "");
        world.place("a1", "web", "n1");
        long before = world.snapshot().index();
        var plan = ask("PUT", "/v1/node/n1/drain/plan", "{\"DrainSpec\":{\"Deadline\":0}}");
        assertThat(plan.status()).as(plan.text()).isEqualTo(200);
        assertThat(plan.text())
                .contains("\"AllocID\":\"a1\"", "\"CanMove\":false", "driver \\\"raw_exec\\\"", "node beta");
        assertThat(world.snapshot().index()).isEqualTo(before);
    }

    @Test
    void a_purged_node_is_gone() throws IOException {
        assertThat(ask("PUT", "/v1/node/n1/purge", "").status()).isEqualTo(200);
        assertThat(ask("GET", "/v1/node/n1", "").status()).isEqualTo(404);
        assertThat(ask("PUT", "/v1/node/n1/purge", "").status()).isEqualTo(404);
    }

    @Test
    void pools_are_made_shown_and_deleted_but_not_those_that_are_always_there() throws Exception {
        assertThat(ask(
                                "PUT",
                                "/v1/node/pools",
                                "{\"Name\":\"gpu\",\"Description\":\"with cards\",\"Meta\":{\"a\":\"b\"}}")
                        .status())
                .isEqualTo(200);
        assertThat(get("/v1/node/pools")).contains("\"Name\":\"all\"", "\"Name\":\"default\"", "\"Name\":\"gpu\"");
        assertThat(get("/v1/node/pool/gpu")).contains("\"Description\":\"with cards\"", "\"a\":\"b\"");
        assertThat(get("/v1/node/pool/default/nodes")).contains("\"ID\":\"n1\"", "\"ID\":\"n2\"");
        assertThat(get("/v1/node/pool/all/nodes")).contains("\"ID\":\"n1\"");
        assertThat(get("/v1/node/pool/gpu/nodes")).isEqualTo("[]");
        world.job("web", "");
        assertThat(get("/v1/node/pool/default/jobs")).contains("\"ID\":\"web\"");
        assertThat(ask("GET", "/v1/node/pool/none", "").status()).isEqualTo(404);
        assertThat(ask("GET", "/v1/node/pool/none/nodes", "").status()).isEqualTo(404);
        assertThat(ask("GET", "/v1/node/pool/gpu/nodes?prefix=n", "").status()).isEqualTo(400);
        var builtIn = ask("DELETE", "/v1/node/pool/default", "");
        assertThat(builtIn.status()).isGreaterThanOrEqualTo(400);
        assertThat(builtIn.text()).contains("always there");
        assertThat(ask("DELETE", "/v1/node/pool/gpu", "").status()).isEqualTo(200);
        assertThat(ask("GET", "/v1/node/pool/gpu", "").status()).isEqualTo(404);
    }

    @Test
    void a_scheduler_of_its_own_for_a_pool_is_refused_by_name() throws IOException {
        var reply = ask(
                "PUT",
                "/v1/node/pools",
                "{\"Name\":\"gpu\",\"SchedulerConfiguration\":{\"SchedulerAlgorithm\":\"spread\"}}");
        assertThat(reply.status()).isEqualTo(501);
        assertThat(reply.text()).contains("SchedulerConfiguration");
    }
}
