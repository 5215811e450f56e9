package dev.steppe.api.nomad;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.api.http.Reply;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Proves over HTTP that lists show what a filter lets through, page by page, and say what is wrong with one. */
class FilterRoutesTest extends ServedWorld {
    @BeforeEach
    void furnish() throws Exception {
        world.node("n1", "alpha", "192.0.2.1");
        world.node("n2", "beta", "192.0.2.2");
        for (String job : List.of("a", "b", "c", "d")) {
            world.job(job, job.equals("b") ? "" : "\"Meta\":{\"owner\":\"team-" + job + "\"}");
            world.place("a-" + job, job, job.equals("a") ? "n1" : "n2");
        }
        world.report("a-c", "\"ClientStatus\":\"running\",\"TaskStates\":{\"t\":{\"State\":\"running\"}}");
    }

    /** What of the names in quotes is in the list. */
    private String shown(String path, String filter, String... names) throws IOException {
        var reply = filtered(path, filter);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        var found = new StringBuilder();
        for (String name : names) {
            found.append(reply.text().contains("\"ID\":\"" + name + "\"") ? name + " " : "");
        }
        return found.toString().strip();
    }

    private Reply filtered(String path, String filter) throws IOException {
        return ask("GET", path + "filter=" + URLEncoder.encode(filter, StandardCharsets.UTF_8), "");
    }

    @Test
    void lists_show_what_the_filter_lets_through_by_fields_of_rows_and_of_whole_things() throws IOException {
        var jobs = new String[] {"a", "b", "c", "d"};
        assertThat(shown("/v1/jobs?", "ID == a or ID == c", jobs)).isEqualTo("a c");
        assertThat(shown("/v1/jobs?", "Status != dead and Type == service", jobs))
                .isEqualTo("a b c d");
        assertThat(shown("/v1/jobs?", "any TaskGroups as g { g.Meta.owner matches `^team-[cd]$` }", jobs))
                .isEqualTo("c d");
        var allocations = new String[] {"a-a", "a-b", "a-c", "a-d"};
        assertThat(shown("/v1/allocations?", "ClientStatus == running", allocations))
                .isEqualTo("a-c");
        assertThat(shown("/v1/allocations?", "NodeID == n2", allocations)).isEqualTo("a-b a-c a-d");
        assertThat(shown("/v1/allocations?", "t in TaskStates", allocations)).isEqualTo("a-c");
        assertThat(shown("/v1/nodes?", "Name == beta", "n1", "n2")).isEqualTo("n2");
        assertThat(shown("/v1/nodes?", "Attributes[\"nobody\"] is empty and Status == ready", "n1", "n2"))
                .isEqualTo("n1 n2");
        assertThat(filtered("/v1/node/pools?", "Name != all").text()).doesNotContain("\"all\"");
    }

    @Test
    void pages_are_cut_from_what_is_left() throws IOException {
        var first = filtered("/v1/jobs?per_page=2&", "ID != b");
        assertThat(first.text()).contains("\"ID\":\"a\"", "\"ID\":\"c\"").doesNotContain("\"ID\":\"d\"");
        assertThat(first.headers()).containsEntry("x-nomad-nexttoken", "d");
        var second = filtered("/v1/jobs?per_page=2&next_token=d&", "ID != b");
        assertThat(second.text()).contains("\"ID\":\"d\"").doesNotContain("\"ID\":\"a\"");
        assertThat(second.headers()).doesNotContainKey("x-nomad-nexttoken");
    }

    @Test
    void a_wrong_filter_is_refused_with_what_would_do() throws IOException {
        var unknown = filtered("/v1/jobs?", "Statsu == running");
        assertThat(unknown.status()).isEqualTo(400);
        assertThat(unknown.text())
                .isEqualTo("failed to read filter expression: there is no field \"Statsu\". Did you mean \"Status\"?");
        assertThat(filtered("/v1/allocations?", "ClientStatus = running").text())
                .contains("column 14", "write ==, !=");
        assertThat(filtered("/v1/nodes?", "CreateIndex == soon").text())
                .isEqualTo("failed to read filter expression: CreateIndex is a number, and \"soon\" is none");
        assertThat(filtered("/v1/evaluations?job=a&", "Status == complete").status())
                .isEqualTo(400);
    }
}
