package dev.steppe.api.nomad;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.api.World;
import dev.steppe.api.http.Reply;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Proves over HTTP what a job would become, what it was, and how it is taken back. */
class VersionRoutesTest extends ServedWorld {
    @BeforeEach
    void furnish() throws Exception {
        world.node("n1", "alpha", "192.0.2.1");
    }

    private Reply get(String path) throws IOException {
        return ask("GET", path, "");
    }

    private static String body(String groupFields, String more) {
        return "{\"Job\":" + World.jobJson("web", groupFields) + more + "}";
    }

    private void register(int count) throws IOException {
        var reply = ask(
                "PUT",
                "/v1/jobs",
                body(
                        "\"Meta\":{\"n\":\"" + count + "\"}",
                        ",\"Submission\":{\"Source\":\"count " + count
                                + "\",\"Format\":\"hcl2\",\"VariableFlags\":{\"a\":\"1\"},\"Variables\":\"b = 2\"}"));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    @Test
    void a_plan_answers_with_difference_and_counts_and_writes_nothing() throws IOException {
        register(1);
        long before = world.snapshot().index();
        var reply = ask("PUT", "/v1/job/web/plan", body("\"Meta\":{\"n\":\"2\"}", ",\"Diff\":true"));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.text())
                .contains("\"Diff\":{\"Type\":\"Edited\",\"ID\":\"web\"")
                .contains("{\"Type\":\"Edited\",\"Name\":\"Meta[n]\",\"Old\":\"1\",\"New\":\"2\"")
                .contains("\"DesiredTGUpdates\":{\"g\":{\"Ignore\":0,\"Place\":1")
                .contains("\"FailedTGAllocs\":{\"g\":")
                .contains("\"NextPeriodicLaunch\":\"0001-01-01T00:00:00Z\"")
                .contains("\"JobModifyIndex\":3");
        assertThat(world.snapshot().index()).isEqualTo(before);
        assertThat(ask("PUT", "/v1/job/web/plan", body("", "")).text()).contains("\"Diff\":null");
        assertThat(ask("PUT", "/v1/job/other/plan", body("", "")).status()).isEqualTo(400);
    }

    @Test
    void what_was_submitted_is_given_back_word_for_word() throws IOException {
        register(1);
        register(2);
        assertThat(get("/v1/job/web/submission?version=0").text())
                .isEqualTo("{\"Source\":\"count 1\",\"Format\":\"hcl2\",\"VariableFlags\":{\"a\":\"1\"},"
                        + "\"Variables\":\"b = 2\"}");
        assertThat(get("/v1/job/web/submission?version=1").text()).contains("count 2");
        assertThat(get("/v1/job/web/submission?version=7").text()).isEqualTo("job source not found");
        assertThat(get("/v1/job/web/submission").status()).isEqualTo(400);
    }

    @Test
    void versions_come_with_their_differences_and_one_is_taken_back_to() throws IOException {
        register(1);
        register(2);
        register(3);
        assertThat(get("/v1/job/web/versions").text()).contains("\"Diffs\":[]").contains("\"Version\":2");
        assertThat(get("/v1/job/web/versions?diffs=true").text())
                .contains("\"Old\":\"2\",\"New\":\"3\"")
                .contains("\"Old\":\"1\",\"New\":\"2\"");
        assertThat(get("/v1/job/web/versions?diff_version=0").text()).contains("\"Old\":\"1\",\"New\":\"3\"");
        assertThat(get("/v1/job/web/versions?diff_version=9").status()).isEqualTo(404);
        var reply = ask("PUT", "/v1/job/web/revert", "{\"JobID\":\"web\",\"JobVersion\":0}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(get("/v1/job/web").text()).contains("\"Version\":3").contains("\"n\":\"1\"");
        assertThat(get("/v1/job/web/submission?version=3").text()).contains("count 1");
    }

    @Test
    void a_tagged_version_stays_when_others_are_forgotten() throws IOException {
        register(0);
        assertThat(ask("PUT", "/v1/job/web/versions/golden/tag", "{\"Version\":0,\"Description\":\"as sold\"}")
                        .status())
                .isEqualTo(200);
        for (int count = 1; count < 10; count++) {
            register(count);
        }
        var versions = get("/v1/job/web/versions").text();
        assertThat(versions)
                .contains("\"Name\":\"golden\"")
                .contains("\"n\":\"0\"")
                .doesNotContain("\"n\":\"3\"");
        assertThat(get("/v1/job/web/submission?version=3").status()).isEqualTo(404);
        assertThat(get("/v1/job/web/submission?version=0").text()).contains("count 0");
        assertThat(ask("PUT", "/v1/job/web/versions/golden/tag", "{\"Version\":9}")
                        .text())
                .contains("already exists on version 0");
        assertThat(get("/v1/job/web/versions?diff_tag=golden").text()).contains("\"Old\":\"0\",\"New\":\"9\"");
        assertThat(ask("DELETE", "/v1/job/web/versions/golden/tag", "").status())
                .isEqualTo(200);
        assertThat(ask("DELETE", "/v1/job/web/versions/golden/tag", "").status())
                .isEqualTo(404);
        register(10);
        assertThat(get("/v1/job/web/versions").text()).doesNotContain("\"n\":\"0\"");
    }
}
