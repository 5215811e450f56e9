package dev.steppe.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobSpec;
import dev.steppe.model.VersionTag;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.server.JobEndpoint;
import dev.steppe.server.LaunchEndpoint;
import dev.steppe.server.Reply;
import dev.steppe.server.Server;
import dev.steppe.state.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Proves on a server and a node, on virtual time, what may become of a registered job and what may not. */
class JobChangesTest {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final JobKey WEB = new JobKey("default", new JobId("web"));

    private final VirtualTime time = new VirtualTime(3);
    private final Cluster cluster = new Cluster(time, new Tally(), 1, 1, false);

    @BeforeEach
    void begin() {
        cluster.nodes().getFirst().machine().behave();
        cluster.servers().getFirst().start();
        cluster.nodes().getFirst().startAgent();
        until(() -> cluster.ledState().filter(it -> it.nodeCount() == 1).isPresent());
    }

    private void until(BooleanSupplier condition) {
        var deadline = time.elapsed().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            assertThat(time.elapsed()).isLessThan(deadline);
            time.step();
        }
    }

    private Server server() {
        return cluster.servers().getFirst().running().orElseThrow();
    }

    private Snapshot state() {
        return cluster.ledState().orElseThrow();
    }

    private <T> Reply<T> ask(Consumer<Consumer<Reply<T>>> question) {
        var replies = new ArrayList<Reply<T>>();
        question.accept(replies::add);
        until(() -> !replies.isEmpty());
        return replies.getFirst();
    }

    /** Empty when it was done; else why not. */
    private static String refusal(Reply<?> reply) {
        return reply instanceof Reply.Refused<?> refused ? refused.refusal().message() : "";
    }

    private static JobSpec job(String type, String more) throws CodecException {
        return Codec.fromJson(JobSpec.class, """
                {"ID":"web","Type":"%s"%s,"TaskGroups":[{"Name":"g","Count":1,
                  "Tasks":[{"Name":"t","Driver":"simulated","Resources":{"CPU":50,"MemoryMB":50}}]}]}""".formatted(type, more));
    }

    private String register(String type, String more) throws CodecException {
        var job = job(type, more);
        return refusal(this.<JobEndpoint.Registered>ask(then -> server().jobs().register(job, Optional.empty(), then)));
    }

    private Reply<LaunchEndpoint.Launched> dispatch(String token) {
        return dispatch(
                new LaunchEndpoint.Dispatch(new byte[0], Collections.emptySortedMap(), Optional.empty(), "", token));
    }

    private Reply<LaunchEndpoint.Launched> dispatch(int bytes, SortedMap<String, String> meta) {
        return dispatch(new LaunchEndpoint.Dispatch(new byte[bytes], meta, Optional.empty(), "", ""));
    }

    private Reply<LaunchEndpoint.Launched> dispatch(LaunchEndpoint.Dispatch wish) {
        return ask(then -> server().launches().dispatch(WEB, wish, then));
    }

    private static JobKey child(Reply<LaunchEndpoint.Launched> reply) {
        assertThat(refusal(reply)).isEmpty();
        return new JobKey(
                "default", ((Reply.Done<LaunchEndpoint.Launched>) reply).value().child());
    }

    @Test
    void a_job_keeps_its_type_until_it_is_purged_and_a_plan_says_so_too() throws CodecException {
        assertThat(register("service", "")).isEmpty();
        String refused = "job \"web\" is of type service and keeps it; to run it as batch, purge it first";
        assertThat(register("batch", "")).startsWith(refused);
        var batch = job("batch", "");
        assertThat(refusal(this.<JobEndpoint.Planned>ask(then -> server().jobs().plan(batch, then))))
                .startsWith(refused);
        this.<JobEndpoint.Registered>ask(then -> server().jobs().deregister(WEB, false, then));
        assertThat(register("batch", "")).as("stopped is not gone").startsWith(refused);
        this.<JobEndpoint.Registered>ask(then -> server().jobs().deregister(WEB, true, then));
        assertThat(register("batch", "")).isEmpty();
    }

    @Test
    void what_a_stopped_job_dispatched_goes_on_and_it_dispatches_again_when_it_is_run_again() throws CodecException {
        String parameterized = ",\"ParameterizedJob\":{}";
        assertThat(register("batch", parameterized)).isEmpty();
        var first = child(dispatch("order-1"));
        until(() -> state().allocationsOf(first).size() == 1);
        this.<JobEndpoint.Registered>ask(then -> server().jobs().deregister(WEB, false, then));
        assertThat(refusal(dispatch("order-2"))).isEqualTo("Specified job \"web\" is stopped");
        assertThat(state().job(first).orElseThrow().stop()).isFalse();
        assertThat(state().allocationsOf(first))
                .singleElement()
                .satisfies(it -> assertThat(it.desiredStatus()).isEqualTo(dev.steppe.model.DesiredStatus.RUN));
        assertThat(register("batch", parameterized)).isEmpty();
        assertThat(child(dispatch("order-1"))).as("its token was used").isEqualTo(first);
        assertThat(child(dispatch("order-2"))).isNotEqualTo(first);
    }

    @Test
    void a_dispatch_brings_the_payload_and_meta_that_the_job_says_or_is_refused() throws CodecException {
        register(
                "batch",
                ",\"ParameterizedJob\":{\"Payload\":\"required\",\"MetaRequired\":[\"who\"],\"MetaOptional\":[\"why\"]}");
        var who = new TreeMap<>(Map.of("who", "acme"));
        assertThat(refusal(dispatch(0, who))).isEqualTo("Payload is not provided but required by parameterized job");
        assertThat(refusal(dispatch(16 * 1024 + 1, who))).startsWith("Payload exceeds maximum size; 16385 > 16384");
        assertThat(refusal(dispatch(1, new TreeMap<>())))
                .isEqualTo("Dispatch did not provide required meta keys: [who]");
        assertThat(refusal(dispatch(1, new TreeMap<>(Map.of("who", "acme", "when", "now")))))
                .isEqualTo("Dispatch request included unpermitted metadata keys: [when]");
        var launched = child(dispatch(16 * 1024, who));
        assertThat(state().job(launched).orElseThrow().spec().meta()).containsEntry("who", "acme");
        register("batch", ",\"ParameterizedJob\":{\"Payload\":\"forbidden\"}");
        assertThat(refusal(dispatch(1, new TreeMap<>())))
                .isEqualTo("Payload provided but forbidden by parameterized job");
        assertThat(refusal(dispatch(0, new TreeMap<>()))).isEmpty();
    }

    @Test
    void a_tagged_version_is_taken_back_to_as_a_new_one_and_the_tag_stays_where_it_was() throws CodecException {
        assertThat(register("service", ",\"Priority\":50")).isEmpty();
        assertThat(register("service", ",\"Priority\":60")).isEmpty();
        var tag = new VersionTag("good", "", Instant.EPOCH);
        this.<Long>ask(then -> server().jobs().tag(WEB, 0, Optional.of(tag), then));
        assertThat(refusal(this.<JobEndpoint.Registered>ask(
                        then -> server().jobs().revert(WEB, 0, Optional.of(7L), then))))
                .isEqualTo("Current job has version 1; enforcing version 7");
        this.<JobEndpoint.Registered>ask(then -> server().jobs().revert(WEB, 0, Optional.of(1L), then));
        var now = state().job(WEB).orElseThrow();
        assertThat(now.version()).isEqualTo(2);
        assertThat(now.spec().priority()).isEqualTo(50);
        assertThat(now.versionTag()).isEmpty();
        assertThat(state().job(WEB, 0).orElseThrow().versionTag()).isPresent();
        assertThat(refusal(this.<JobEndpoint.Registered>ask(
                        then -> server().jobs().revert(WEB, 2, Optional.empty(), then))))
                .isEqualTo("can't revert to current version");
    }
}
