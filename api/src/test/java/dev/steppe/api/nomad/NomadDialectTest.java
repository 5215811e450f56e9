package dev.steppe.api.nomad;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.api.World;
import dev.steppe.api.http.Reply;
import dev.steppe.model.Evaluation;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.state.Command;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Proves over HTTP that the Nomad dialect shows the state in the published shapes, and writes to it. */
class NomadDialectTest extends ServedWorld {
    @BeforeEach
    void furnish() throws Exception {
        world.node("n1", "alpha", "192.0.2.1");
    }

    private Reply get(String path) throws IOException {
        return ask("GET", path, "");
    }

    private Reply put(String path, String body) throws IOException {
        return ask("PUT", path, body);
    }

    private Reply delete(String path) throws IOException {
        return ask("DELETE", path, "");
    }

    /** The value at a path such as {@code 0/JobSummary/Summary}, as text. */
    private static String at(Reply reply, String path) {
        Object value;
        try {
            value = Codec.fromJson(Object.class, reply.body());
        } catch (CodecException wrong) {
            throw new AssertionError(reply.text(), wrong);
        }
        for (var step : path.split("/")) {
            value = value instanceof List<?> list ? list.get(Integer.parseInt(step)) : ((Map<?, ?>) value).get(step);
        }
        return String.valueOf(value);
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("condition within 10 s").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static String registration(String id, String fields) {
        return "{\"Job\":" + World.jobJson(id, "") + fields + "}";
    }

    /** The table that was built is left in {@code target}, to be copied when a change is meant. */
    @Test
    void the_route_table_is_as_written_down() throws IOException {
        var table = router().table();
        Files.writeString(Path.of("target/nomad-routes.txt"), table);
        try (var expected = NomadDialectTest.class.getResourceAsStream("routes.txt")) {
            assertThat(table).isEqualTo(new String(expected.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void a_job_is_registered_listed_read_and_stopped() throws IOException {
        var written = put("/v1/jobs", registration("web", ""));
        assertThat(written.status()).as(written.text()).isEqualTo(200);
        assertThat(at(written, "EvalID")).isEqualTo("e1");
        assertThat(at(written, "JobModifyIndex")).isEqualTo(at(written, "EvalCreateIndex"));
        assertThat(written.headers()).containsEntry("x-nomad-index", at(written, "JobModifyIndex"));

        var list = get("/v1/jobs?prefix=we");
        assertThat(at(list, "0/ID") + at(list, "0/Status") + at(list, "0/Type")).isEqualTo("webpendingservice");
        assertThat(at(list, "0/JobSummary/Summary/g/Running")).isEqualTo("0");
        assertThat(list.headers()).containsEntry("x-nomad-knownleader", "true");
        assertThat(get("/v1/jobs?prefix=x").text()).isEqualTo("[]");
        assertThat(get("/v1/jobs?namespace=other").text()).isEqualTo("[]");

        var job = get("/v1/job/web");
        assertThat(at(job, "TaskGroups/0/Tasks/0/Driver")).isEqualTo("raw_exec");
        assertThat(at(job, "Version") + at(job, "Status")).isEqualTo("0pending");
        assertThat(get("/v1/job/nope").text()).isEqualTo("job not found");
        assertThat(get("/v1/job/nope").status()).isEqualTo(404);

        assertThat(at(delete("/v1/job/web"), "EvalID")).isEqualTo("e2");
        assertThat(at(get("/v1/job/web"), "Stop")).isEqualTo("true");
        assertThat(at(get("/v1/job/web/versions"), "Versions/1/Version")).isEqualTo("0");
        assertThat(delete("/v1/job/web?purge=true").status()).isEqualTo(200);
        assertThat(get("/v1/job/web").status()).isEqualTo(404);
        assertThat(at(delete("/v1/job/never"), "EvalID")).isEmpty();
    }

    @Test
    void a_job_that_was_read_can_be_sent_back() throws IOException {
        put("/v1/jobs", registration("web", ""));
        var read = get("/v1/job/web").text();
        var again = put("/v1/job/web", "{\"Job\":" + read + "}");
        assertThat(again.status()).as(again.text()).isEqualTo(200);
        assertThat(at(get("/v1/job/web"), "Version")).isEqualTo("0");
        assertThat(put("/v1/job/other", "{\"Job\":" + read + "}").status()).isEqualTo(400);
    }

    @Test
    void counts_of_the_registered_job_are_preserved_when_asked() throws Exception {
        put("/v1/jobs", registration("web", "").replace("\"Count\":1", "\"Count\":3"));
        put("/v1/jobs", registration("web", ",\"PreserveCounts\":true"));
        assertThat(get("/v1/job/web").text()).contains("\"Count\":3");
        put("/v1/jobs", registration("web", ""));
        assertThat(get("/v1/job/web").text()).doesNotContain("\"Count\":3");
        assertThat(put("/v1/jobs", registration("web", ",\"EvalPriority\":101")).text())
                .contains("EvalPriority 101 must be between 1 and 100");
    }

    @Test
    void enforcing_a_stale_index_is_refused_in_the_known_words() throws IOException {
        assertThat(put("/v1/jobs", registration("web", ",\"EnforceIndex\":true,\"JobModifyIndex\":0"))
                        .status())
                .isEqualTo(200);
        var stale = put("/v1/jobs", registration("web", ",\"EnforceIndex\":true,\"JobModifyIndex\":1"));
        assertThat(stale.status()).isEqualTo(500);
        assertThat(stale.text()).startsWith("Enforcing job modify index 1: ");
    }

    @Test
    void wrong_bodies_are_refused_with_the_reason() throws IOException {
        assertThat(put("/v1/jobs", "").text()).isEqualTo("Request body is empty");
        assertThat(put("/v1/jobs", "{\"Job\":").status()).isEqualTo(400);
        assertThat(put("/v1/jobs", "{}").text()).isEqualTo("Job must be specified");
        var unknown = put("/v1/jobs", "{\"Job\":{\"ID\":\"a\",\"Multiregion\":{\"Strategy\":1}}}");
        assertThat(unknown.status()).isEqualTo(500);
        assertThat(unknown.text()).contains("Multiregion");
        assertThat(get("/v1/jobs?region=mars").text())
                .isEqualTo("No path to region: \"mars\" is not known here; known are global");
        assertThat(get("/v1/jobs?index=x").text()).isEqualTo("Invalid index");
    }

    @Test
    void parse_and_validate_use_the_job_language() throws IOException {
        var source = """
                variable "n" {}
                job "web" {
                  group "g" {
                    count = var.n
                    task "t" { driver = "raw_exec" }
                  }
                }""";
        var parsed = put("/v1/jobs/parse", Codec.toJson(Map.of("JobHCL", source, "Variables", "n = 3")));
        assertThat(parsed.status()).as(parsed.text()).isEqualTo(200);
        assertThat(at(parsed, "ID") + at(parsed, "TaskGroups/0/Count")).isEqualTo("web3");
        var wrong = put("/v1/jobs/parse", Codec.toJson(Map.of("JobHCL", "job \"a\" {")));
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.text()).contains("line 1");
        var valid = put("/v1/validate/job", registration("web", ""));
        assertThat(at(valid, "ValidationErrors") + at(valid, "Error")).isEqualTo("[]");
        var invalid = put("/v1/validate/job", "{\"Job\":{\"ID\":\"web\"}}");
        assertThat(at(invalid, "ValidationErrors/0")).contains("has no group");
        assertThat(at(put("/v1/validate/job", "{\"Job\":{\"ID\":\"web\",\"Priority\":900}}"), "Error"))
                .contains("900");
    }

    @Test
    void allocations_evaluations_and_nodes_are_shown() throws Exception {
        world.job("web", "");
        world.place("a1", "web", "n1");
        world.report("a1", "\"ClientStatus\":\"running\",\"TaskStates\":{\"t\":{\"State\":\"running\"}}");

        assertThat(at(get("/v1/jobs"), "0/Status")).isEqualTo("running");
        assertThat(at(get("/v1/job/web/summary"), "Summary/g/Running")).isEqualTo("1");
        assertThat(at(get("/v1/job/web/allocations"), "0/ClientStatus")).isEqualTo("running");
        assertThat(at(get("/v1/job/web/evaluations"), "0/TriggeredBy")).isEqualTo("job-register");
        assertThat(get("/v1/job/web/deployments").text()).isEqualTo("[]");
        assertThat(get("/v1/job/web/deployment").text()).isEqualTo("null");

        var stub = get("/v1/allocations?prefix=a&resources=true");
        assertThat(at(stub, "0/TaskStates/t/State") + at(stub, "0/JobType")).isEqualTo("runningservice");
        assertThat(at(stub, "0/AllocatedResources/Shared/DiskMB")).isEqualTo("0");
        assertThat(at(get("/v1/allocations?task_states=false"), "0/TaskStates")).isEqualTo("{}");
        var allocation = get("/v1/allocation/a1");
        assertThat(at(allocation, "Job/ID") + at(allocation, "DesiredStatus")).isEqualTo("webrun");
        assertThat(get("/v1/allocation/zz").text()).isEqualTo("alloc not found");

        assertThat(at(get("/v1/evaluations?status=pending&job=web"), "0/ID")).isEqualTo("e1");
        assertThat(get("/v1/evaluations?status=complete").text()).isEqualTo("[]");
        assertThat(at(get("/v1/evaluations/count"), "Count")).isEqualTo("1");
        assertThat(at(get("/v1/evaluation/e1"), "JobID")).isEqualTo("web");
        assertThat(at(get("/v1/evaluation/e1/allocations"), "0/ID")).isEqualTo("a1");
        assertThat(get("/v1/evaluation/zz").text()).isEqualTo("eval not found");

        var node = get("/v1/nodes");
        assertThat(at(node, "0/Address") + at(node, "0/Version") + at(node, "0/Status"))
                .isEqualTo("192.0.2.11.2.3ready");
        assertThat(at(get("/v1/node/n1"), "NodeResources/Cpu/CpuShares")).isEqualTo("4000");
        assertThat(at(get("/v1/node/n1/allocations"), "0/Job/Name")).isEqualTo("web");
        assertThat(put("/v1/node/n1/eligibility", "{\"Eligibility\":\"ineligible\"}")
                        .status())
                .isEqualTo(200);
        assertThat(at(get("/v1/node/n1"), "SchedulingEligibility")).isEqualTo("ineligible");
        assertThat(put("/v1/node/n1/eligibility", "{\"Eligibility\":\"maybe\"}").status())
                .isEqualTo(400);
    }

    @Test
    void what_failed_names_the_evaluation_that_waits_for_it_and_that_one_what_it_came_of() throws Exception {
        world.job("web", "");
        world.place("a1", "web", "n1");
        world.report("a1", "\"ClientStatus\":\"failed\"");
        world.apply(new Command.PutEvaluations(
                List.of(
                        evaluation(
                                "e2", "\"Status\":\"complete\",\"QueuedAllocations\":{\"g\":2},\"BlockedEval\":\"e3\""),
                        evaluation(
                                "e3", "\"Status\":\"blocked\",\"QueuedAllocations\":{\"g\":2},\"PreviousEval\":\"e2\""),
                        evaluation(
                                "e4",
                                "\"Status\":\"pending\",\"TriggeredBy\":\"alloc-failure\",\"PreviousEval\":\"e2\","
                                        + "\"WaitUntil\":\"2026-03-01T12:00:30Z\"")),
                Instant.EPOCH));

        assertThat(at(get("/v1/allocation/a1"), "FollowupEvalID")).isEqualTo("e4");
        assertThat(at(get("/v1/allocations"), "0/FollowupEvalID")).isEqualTo("e4");
        assertThat(at(get("/v1/allocations"), "0/PreemptedByAllocation")).isEmpty();
        assertThat(at(get("/v1/job/web/summary"), "Summary/g/Queued")).isEqualTo("2");
        var related = get("/v1/evaluation/e2?related=true");
        assertThat(at(related, "RelatedEvals/0/ID") + at(related, "RelatedEvals/1/ID"))
                .isEqualTo("e3e4");
        assertThat(at(related, "RelatedEvals/0/Status")).isEqualTo("blocked");
        assertThat(at(get("/v1/evaluation/e4?related=true"), "RelatedEvals/0/ID"))
                .isEqualTo("e2");
        assertThat(get("/v1/evaluation/e2").text()).doesNotContain("RelatedEvals");
    }

    private static Evaluation evaluation(String id, String fields) {
        return World.read(
                Evaluation.class,
                "{\"ID\":\"" + id + "\",\"JobID\":\"web\",\"Type\":\"service\",\"Priority\":50," + fields + "}");
    }

    @Test
    void lists_come_in_pages() throws IOException {
        for (var id : List.of("a", "b", "c")) {
            put("/v1/jobs", registration(id, ""));
        }
        var first = get("/v1/jobs?per_page=2");
        assertThat(at(first, "0/ID") + at(first, "1/ID")).isEqualTo("ab");
        assertThat(first.headers()).containsEntry("x-nomad-nexttoken", "c");
        var second = get("/v1/jobs?per_page=2&next_token=c");
        assertThat(at(second, "0/ID")).isEqualTo("c");
        assertThat(second.headers()).doesNotContainKey("x-nomad-nexttoken");
        assertThat(at(get("/v1/jobs?reverse=true"), "0/ID")).isEqualTo("c");
    }

    @Test
    void pages_go_on_where_what_their_token_names_is_gone_meanwhile() throws IOException {
        for (var id : List.of("a", "b", "c")) {
            put("/v1/jobs", registration(id, ""));
        }
        assertThat(at(get("/v1/jobs?per_page=1&next_token=bb"), "0/ID")).isEqualTo("c");
        assertThat(at(get("/v1/jobs?per_page=1&reverse=true&next_token=bb"), "0/ID"))
                .isEqualTo("b");

        var page = get("/v1/evaluations?per_page=1");
        assertThat(at(page, "0/JobID")).isEqualTo("a");
        var token = String.valueOf(page.headers().get("x-nomad-nexttoken"));
        assertThat(at(get("/v1/evaluations?per_page=1&next_token=" + token), "0/JobID"))
                .isEqualTo("b");
        var before = Long.parseLong(token.substring(0, token.indexOf('.'))) - 1;
        assertThat(at(get("/v1/evaluations?per_page=1&next_token=" + before + ".zz"), "0/JobID"))
                .isEqualTo("b");
        assertThat(get("/v1/evaluations?per_page=1&next_token=b").status()).isEqualTo(400);
    }

    @Test
    void services_are_derived_from_allocations() throws Exception {
        world.job("web", """
                "Services":[{"Name":"web","PortLabel":"http","Tags":["v1"],"Provider":"nomad"},
                 {"Name":"mesh","PortLabel":"http"}]""");
        world.place("a1", "web", "n1", "http:20100:80");
        world.report("a1", "\"ClientStatus\":\"running\"");
        assertThat(at(get("/v1/services"), "0/Services/0/ServiceName")).isEqualTo("web");
        var service = get("/v1/service/web");
        assertThat(at(service, "0/Address") + ":" + at(service, "0/Port")).isEqualTo("192.0.2.1:20100");
        assertThat(at(get("/v1/allocation/a1/services"), "0/AllocID")).isEqualTo("a1");
        assertThat(at(get("/v1/job/web/services"), "0/Tags/0")).isEqualTo("v1");
        assertThat(get("/v1/services").text()).doesNotContain("mesh");
        assertThat(ask("DELETE", "/v1/service/web/" + at(service, "0/ID"), "").text())
                .contains("cannot be deleted");
    }

    @Test
    void the_same_instances_are_chosen_for_the_same_key() throws Exception {
        world.job("web", "\"Services\":[{\"Name\":\"web\",\"PortLabel\":\"http\",\"Provider\":\"nomad\"}]");
        for (int i = 1; i <= 5; i++) {
            world.place("a" + i, "web", "n1", "http:2010" + i + ":80");
            world.report("a" + i, "\"ClientStatus\":\"running\"");
        }
        var chosen = get("/v1/service/web?choose=2%7Cme").text();
        assertThat(chosen.split("\"AllocID\"", -1)).hasSize(3);
        assertThat(get("/v1/service/web?choose=2%7Cme").text()).isEqualTo(chosen);
        assertThat(get("/v1/service/web?choose=2").status()).isEqualTo(400);
    }

    @Test
    void a_blocking_read_waits_for_its_tables_only() throws Exception {
        world.job("web", "");
        var seen = get("/v1/allocations").headers().get("x-nomad-index");
        try (var socket = new Socket()) {
            socket.connect(address());
            var request = "GET /v1/allocations?index=" + seen + " HTTP/1.1\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            await(() -> world.waiting() == 1);
            world.job("other", "");
            assertThat(world.waiting()).isEqualTo(1);
            world.place("a1", "web", "n1");
            var reply = Reply.read(new BufferedInputStream(socket.getInputStream()));
            assertThat(at(reply, "0/ID")).isEqualTo("a1");
            assertThat(Long.parseLong(reply.headers().get("x-nomad-index"))).isGreaterThan(Long.parseLong(seen));
        }
    }

    @Test
    void a_blocking_read_of_what_failed_hears_of_the_evaluation_that_replaces_it() throws Exception {
        world.job("web", "");
        world.place("a1", "web", "n1");
        world.report("a1", "\"ClientStatus\":\"failed\"");
        var seen = get("/v1/allocation/a1").headers().get("x-nomad-index");
        try (var socket = new Socket()) {
            socket.connect(address());
            var request = "GET /v1/allocation/a1?index=" + seen + " HTTP/1.1\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            await(() -> world.waiting() == 2);
            world.apply(new Command.PutEvaluations(
                    List.of(evaluation(
                            "e4",
                            "\"Status\":\"pending\",\"TriggeredBy\":\"alloc-failure\","
                                    + "\"WaitUntil\":\"2026-03-01T12:00:30Z\"")),
                    Instant.EPOCH));
            var reply = Reply.read(new BufferedInputStream(socket.getInputStream()));
            assertThat(at(reply, "FollowupEvalID")).isEqualTo("e4");
        }
    }

    private Path allocationWithFiles() throws Exception {
        world.job("web", "");
        world.place("a1", "web", "n1");
        world.report("a1", "\"ClientStatus\":\"running\",\"TaskStates\":{\"t\":{\"State\":\"running\"}}");
        var root = directory.resolve("a1");
        Files.createDirectories(root.resolve("alloc/logs"));
        Files.createDirectories(root.resolve("t/local"));
        Files.createDirectories(root.resolve("t/secrets"));
        Files.writeString(root.resolve("t/secrets/token"), "hidden");
        Files.writeString(root.resolve("t/local/config"), "0123456789");
        Files.writeString(root.resolve("alloc/logs/t.stdout.0"), "one ");
        Files.writeString(root.resolve("alloc/logs/t.stdout.1"), "two ");
        Files.writeString(root.resolve("alloc/logs/t.stderr.0"), "oops");
        return root;
    }

    @Test
    void files_are_listed_and_read_but_no_secrets_and_no_links() throws Exception {
        var root = allocationWithFiles();
        var outside = directory.resolve("outside");
        Files.createDirectories(outside);
        Files.writeString(outside.resolve("shadow"), "secret of the machine");
        Files.createSymbolicLink(root.resolve("t/local/link"), outside.resolve("shadow"));
        Files.createSymbolicLink(root.resolve("t/local/way"), outside);

        var list = get("/v1/client/fs/ls/a1?path=/t");
        assertThat(at(list, "0/Name") + at(list, "0/IsDir")).isEqualTo("localtrue");
        assertThat(at(get("/v1/client/fs/ls/a1"), "0/Name")).isEqualTo("alloc");
        assertThat(at(get("/v1/client/fs/stat/a1?path=t/local/config"), "Size")).isEqualTo("10");
        assertThat(get("/v1/client/fs/cat/a1?path=t/local/config").text()).isEqualTo("0123456789");
        assertThat(get("/v1/client/fs/readat/a1?path=t/local/config&offset=2&limit=3")
                        .text())
                .isEqualTo("234");
        assertThat(get("/v1/client/fs/cat/a1?path=t/secrets/token").status()).isEqualTo(403);
        assertThat(get("/v1/client/fs/cat/a1?path=../outside/shadow").status()).isEqualTo(400);
        for (var link : List.of("t/local/link", "t/local/way/shadow")) {
            var refused = get("/v1/client/fs/cat/a1?path=" + link);
            assertThat(refused.status()).isGreaterThanOrEqualTo(400);
            assertThat(refused.text()).doesNotContain("secret of the machine");
        }
        assertThat(get("/v1/client/fs/cat/a1?path=t/local/none").status()).isEqualTo(404);
        assertThat(get("/v1/client/fs/cat/a1?path=t/local").status()).isEqualTo(400);
        assertThat(get("/v1/client/fs/ls/zz").status()).isEqualTo(404);
    }

    @Test
    void a_followed_file_tells_what_is_written_that_it_was_cut_and_its_end() throws Exception {
        var root = allocationWithFiles();
        var stream = "/v1/client/fs/stream/a1?path=t/local/config";
        assertThat(get(stream + "&follow=false&plain=true&origin=end&offset=3").text())
                .isEqualTo("789");
        assertThat(get("/v1/client/fs/stream/a1?path=t/secrets/token").status()).isEqualTo(403);
        try (var socket = new Socket()) {
            socket.connect(address());
            socket.setSoTimeout(30_000);
            var request = "GET " + stream + "&offset=8 HTTP/1.1\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            var in = new BufferedInputStream(socket.getInputStream());
            while (!Reply.line(in).isEmpty()) {
                // to the end of the head
            }
            assertThat(frame(in)).isEqualTo("{\"Data\":\"ODk=\",\"File\":\"t/local/config\",\"Offset\":10}");
            Files.writeString(root.resolve("t/local/config"), "new");
            assertThat(frame(in)).contains("file truncated");
            assertThat(frame(in)).contains("\"Data\":\"bmV3\"").contains("\"Offset\":3");
            Files.delete(root.resolve("t/local/config"));
            assertThat(frame(in)).contains("file deleted");
            assertThat(Reply.chunk(in)).isEmpty();
        }
    }

    /** The next frame that is not a sign of life. */
    private static String frame(BufferedInputStream in) throws IOException {
        for (var text = new String(Reply.chunk(in), StandardCharsets.UTF_8);
                ;
                text = new String(Reply.chunk(in), StandardCharsets.UTF_8)) {
            if (!text.equals("{}")) {
                return text;
            }
        }
    }

    @Test
    void logs_are_one_stream_over_rotated_files() throws Exception {
        allocationWithFiles();
        var logs = "/v1/client/fs/logs/a1?task=t&plain=true&type=";
        assertThat(get(logs + "stdout").text()).isEqualTo("one two ");
        assertThat(get(logs + "stderr").text()).isEqualTo("oops");
        assertThat(get(logs + "stdout&offset=5").text()).isEqualTo("wo ");
        assertThat(get(logs + "stdout&origin=end&offset=6").text()).isEqualTo("e two ");
        assertThat(at(get("/v1/client/fs/logs/a1?task=t&type=stderr"), "Data")).isEqualTo("b29wcw==");
        assertThat(get("/v1/client/fs/logs/a1?task=t").text()).isEqualTo("must provide log type (stdout/stderr)");
        assertThat(get("/v1/client/fs/logs/a1?type=stdout").text()).startsWith("must provide task name");
        assertThat(get("/v1/client/fs/logs/a1?task=x&type=stdout").status()).isEqualTo(404);
    }

    @Test
    void followed_logs_arrive_as_they_are_written_and_end_with_the_task() throws Exception {
        var root = allocationWithFiles();
        try (var socket = new Socket()) {
            socket.connect(address());
            socket.setSoTimeout(10_000);
            var request = "GET /v1/client/fs/logs/a1?task=t&type=stdout&follow=true&plain=true HTTP/1.1\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            var in = new BufferedInputStream(socket.getInputStream());
            while (!Reply.line(in).isEmpty()) {
                // to the end of the head
            }
            assertThat(new String(Reply.chunk(in), StandardCharsets.UTF_8)).isEqualTo("one ");
            assertThat(new String(Reply.chunk(in), StandardCharsets.UTF_8)).isEqualTo("two ");
            Files.writeString(root.resolve("alloc/logs/t.stdout.2"), "three");
            assertThat(new String(Reply.chunk(in), StandardCharsets.UTF_8)).isEqualTo("three");
            world.report("a1", "\"ClientStatus\":\"complete\",\"TaskStates\":{\"t\":{\"State\":\"dead\"}}");
            assertThat(Reply.chunk(in)).isEmpty();
        }
    }

    @Test
    void usage_is_told_as_a_rate() throws Exception {
        world.job("web", "");
        world.place("a1", "web", "n1");
        var usage = get("/v1/client/allocation/a1/stats");
        assertThat(Double.parseDouble(at(usage, "Tasks/t/ResourceUsage/CpuStats/Percent")))
                .isBetween(30.0, 80.0);
        assertThat(Double.parseDouble(at(usage, "ResourceUsage/CpuStats/TotalTicks")))
                .isBetween(600.0, 1600.0);
        assertThat(at(usage, "ResourceUsage/MemoryStats/Usage")).isEqualTo("7");
        assertThat(at(usage, "Tasks/t/ResourceUsage/MemoryStats/RSS")).isEqualTo("7");
        assertThat(at(usage, "Tasks/t/ResourceUsage/CpuStats/ThrottledPeriods")).isEqualTo("0");
    }

    @Test
    void a_node_tells_what_its_machine_uses() throws Exception {
        var usage = get("/v1/client/stats?node_id=n1");
        long total = Long.parseLong(at(usage, "Memory/Total"));
        assertThat(Long.parseLong(at(usage, "Memory/Used"))).isBetween(1L, total);
        assertThat(at(usage, "CPU/0/CPU")).isEqualTo("cpu0");
        double all = 0;
        for (String part : java.util.List.of("User", "System", "Idle")) {
            all += Double.parseDouble(at(usage, "CPU/0/" + part));
        }
        assertThat(all).isBetween(1.0, 100.5);
        assertThat(Long.parseLong(at(usage, "AllocDirStats/Size"))).isPositive();
        assertThat(Long.parseLong(at(usage, "Uptime"))).isPositive();
        assertThat(get("/v1/client/stats?node_id=n2").status()).isEqualTo(404);
    }

    @Test
    void words_about_a_node_are_read_and_changed_at_its_own_agent() throws IOException {
        assertThat(get("/v1/client/metadata?node_id=n1").text())
                .isEqualTo("{\"Meta\":{\"rack\":\"7\"},\"Dynamic\":{\"zone\":null},"
                        + "\"Static\":{\"rack\":\"7\",\"zone\":\"a\"}}");
        assertThat(put("/v1/client/metadata", "{\"NodeID\":\"n1\",\"Meta\":{\"a\":\"1\",\"b\":null}}")
                        .text())
                .isEqualTo("{\"Meta\":{},\"Dynamic\":{\"a\":\"1\",\"b\":null},\"Static\":{}}");
        assertThat(get("/v1/client/metadata?node_id=n2").status()).isEqualTo(404);
        assertThat(put("/v1/client/metadata", "{\"NodeID\":\"n2\",\"Meta\":{\"a\":\"1\"}}")
                        .status())
                .isEqualTo(404);
        for (String wrong : List.of("{}", "{\"Meta\":{}}", "{\"Meta\":{\"a b\":\"\"}}", "{\"Meta\":{\"a\":1}}", "[]")) {
            assertThat(put("/v1/client/metadata", wrong).status()).as(wrong).isEqualTo(400);
        }
    }

    @Test
    void the_agent_tells_about_itself_and_its_servers() throws IOException {
        assertThat(at(get("/v1/agent/self"), "member/Name")).isEqualTo("alpha.global");
        assertThat(at(get("/v1/agent/self"), "config/Server/Enabled")).isEqualTo("true");
        assertThat(at(get("/v1/agent/members"), "Members/0/Addr")).isEqualTo("127.0.0.1");
        assertThat(at(get("/v1/agent/health"), "server/ok")).isEqualTo("true");
        assertThat(at(get("/v1/agent/health?type=client"), "client/message")).isEqualTo("ok");
        assertThat(get("/v1/status/leader").text()).isEqualTo("\"127.0.0.1:4647\"");
        assertThat(get("/v1/status/peers").text()).isEqualTo("[\"127.0.0.1:4647\"]");
        assertThat(get("/v1/regions").text()).isEqualTo("[\"global\"]");
        assertThat(at(get("/v1/namespaces"), "0/Name")).isEqualTo("default");
        assertThat(get("/v1/namespace/other").status()).isEqualTo(404);
        assertThat(at(get("/v1/operator/raft/configuration"), "Servers/0/Leader"))
                .isEqualTo("true");
        assertThat(at(get("/v1/node/pools"), "1/Name")).isEqualTo("default");
    }

    @Test
    void known_routes_that_are_not_served_name_themselves() throws IOException {
        var plan = put("/v1/job/web/action", "{}");
        assertThat(plan.status()).isEqualTo(501);
        assertThat(plan.text()).contains("/v1/job/web/action").contains("not supported");
        assertThat(get("/v1/quotas").text()).isEqualTo("Nomad Enterprise only endpoint");
        assertThat(get("/v1/nothing").status()).isEqualTo(404);
    }
}
