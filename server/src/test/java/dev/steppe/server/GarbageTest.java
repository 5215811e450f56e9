package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.ClientStatus;
import dev.steppe.model.Evaluation;
import dev.steppe.model.Job;
import dev.steppe.model.JobSpec;
import dev.steppe.model.Submission;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.state.Command;
import dev.steppe.state.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Proves that what ended is forgotten by age, by number and by size, and that what is needed stays. */
class GarbageTest {
    private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration LONG = Duration.ofDays(100);

    private final Store store = new Store();

    private void apply(Command command) {
        assertThat(store.apply(command.encode())).isInstanceOf(Store.Result.Applied.class);
    }

    private void ended(String id, Instant at) throws CodecException {
        ended(id, "j", at);
    }

    private void ended(String id, String job, Instant at) throws CodecException {
        apply(new Command.PutEvaluations(
                List.of(Codec.fromJson(
                        Evaluation.class, "{\"ID\":\"" + id + "\",\"JobID\":\"" + job + "\",\"Status\":\"complete\"}")),
                at));
    }

    private void stopped(String id, int sourceLength, Instant at) throws CodecException {
        var spec = Codec.fromJson(
                JobSpec.class, "{\"ID\":\"" + id + "\",\"Type\":\"batch\",\"TaskGroups\":[{\"Name\":\"g\"}]}");
        var source = new Submission("x".repeat(sourceLength), "hcl2", Collections.emptySortedMap(), "");
        apply(new Command.RegisterJob(spec, Optional.empty(), Optional.of(source), Optional.empty(), at));
        apply(new Command.DeregisterJob("default", spec.id(), false, Optional.empty(), at));
    }

    private void collect(Server.Retention retention, Instant now) {
        new Garbage(retention).decide(store.snapshot(), now).forEach(this::apply);
    }

    private List<String> evaluations() {
        return StreamSupport.stream(store.snapshot().evaluations().spliterator(), false)
                .map(it -> it.id().value())
                .toList();
    }

    private List<String> jobs() {
        return StreamSupport.stream(store.snapshot().jobs().spliterator(), false)
                .map(Job::key)
                .map(key -> key.id().value())
                .toList();
    }

    @Test
    void what_ended_is_forgotten_after_its_time() throws CodecException {
        ended("old", AT);
        ended("young", AT.plusSeconds(100));
        collect(
                new Server.Retention(
                        Duration.ZERO, LONG, Duration.ofMinutes(1), LONG, LONG, LONG, Server.Most.standard()),
                AT.plusSeconds(120));
        assertThat(evaluations()).containsExactly("young");
    }

    @Test
    void evaluations_of_a_batch_job_have_a_time_of_their_own_while_there_is_the_job() throws CodecException {
        var spec = Codec.fromJson(
                JobSpec.class, "{\"ID\":\"nightly\",\"Type\":\"batch\",\"TaskGroups\":[{\"Name\":\"g\"}]}");
        apply(new Command.RegisterJob(spec, Optional.empty(), Optional.empty(), AT));
        ended("kept", "nightly", AT);
        ended("orphan", AT);
        var minute = Duration.ofMinutes(1);
        var day = Duration.ofDays(1);
        var retention = new Server.Retention(Duration.ZERO, LONG, minute, day, LONG, LONG, Server.Most.standard());
        collect(retention, AT.plus(day));
        assertThat(evaluations()).containsExactly("kept");
        collect(retention, AT.plus(day).plusSeconds(1));
        assertThat(evaluations()).isEmpty();
    }

    @Test
    void the_oldest_is_forgotten_when_there_is_too_much_however_young() throws CodecException {
        for (int i = 0; i < 20; i++) {
            ended("e" + (char) ('a' + (i * 7) % 20), AT.plusSeconds((i * 7) % 20));
        }
        collect(
                new Server.Retention(Duration.ZERO, LONG, LONG, LONG, LONG, LONG, new Server.Most(100, 3, 100, 1_000)),
                AT.plusSeconds(60));
        assertThat(evaluations()).containsExactly("er", "es", "et");
    }

    @Test
    void jobs_that_ended_are_bounded_by_number_and_by_the_size_of_their_sources() throws CodecException {
        stopped("first", 500, AT);
        stopped("second", 500, AT.plusSeconds(1));
        stopped("third", 500, AT.plusSeconds(2));
        stopped("fourth", 10, AT.plusSeconds(3));
        collect(
                new Server.Retention(
                        Duration.ZERO, LONG, LONG, LONG, LONG, LONG, new Server.Most(3, 100, 100, 100_000)),
                AT.plusSeconds(60));
        assertThat(jobs()).containsExactlyInAnyOrder("second", "third", "fourth");
        collect(
                new Server.Retention(Duration.ZERO, LONG, LONG, LONG, LONG, LONG, new Server.Most(100, 100, 100, 600)),
                AT.plusSeconds(60));
        assertThat(jobs()).containsExactlyInAnyOrder("third", "fourth");
    }

    @Test
    void allocations_are_looked_at_piece_by_piece_and_what_ended_goes_all_the_same() throws CodecException {
        var servers = new Rehearsal(1);
        servers.node("n1", 100_000);
        servers.register(
                Rehearsal.read(
                        JobSpec.class,
                        "{\"ID\":\"web\",\"TaskGroups\":[{\"Name\":\"g\",\"Count\":20,\"Tasks\":[{\"Name\":\"t\",\"Driver\":\"raw_exec\"}]}]}"));
        servers.settle();
        servers.deregister("web", false);
        servers.settle();
        servers.register(
                Rehearsal.read(
                        JobSpec.class,
                        "{\"ID\":\"other\",\"TaskGroups\":[{\"Name\":\"g\",\"Count\":5,\"Tasks\":[{\"Name\":\"t\",\"Driver\":\"raw_exec\"}]}]}"));
        servers.settle();
        var garbage = new Garbage(
                new Server.Retention(
                        Duration.ZERO, LONG, Duration.ofMinutes(1), LONG, LONG, LONG, Server.Most.standard()),
                7);
        servers.pass(Duration.ofHours(1));
        for (int second = 0; second < 3; second++) {
            for (int change = 0; change < 5; change++) {
                assertThat(garbage.decide(servers.snapshot(), servers.now)).isEmpty();
            }
            servers.pass(Duration.ofSeconds(1));
        }
        garbage.decide(servers.snapshot(), servers.now).forEach(servers::apply);
        assertThat(servers.snapshot().allocations())
                .extracting(it -> it.jobId().value())
                .containsOnly("other")
                .hasSize(5);
    }

    @Test
    void a_job_that_launches_others_stays_however_old_it_is() throws CodecException {
        var spec = Codec.fromJson(
                JobSpec.class,
                "{\"ID\":\"tick\",\"Type\":\"batch\",\"Periodic\":{\"Specs\":[\"@daily\"]},\"TaskGroups\":[{\"Name\":\"g\"}]}");
        apply(new Command.RegisterJob(spec, Optional.empty(), Optional.empty(), AT));
        Garbage.everything(store.snapshot(), AT.plus(LONG)).forEach(this::apply);
        assertThat(jobs()).containsExactly("tick");
    }

    @Test
    void what_a_batch_job_did_in_older_versions_is_forgotten_while_the_newest_tells_how_far_it_is() {
        var servers = new Rehearsal(1);
        servers.node("n1", 100_000);
        for (int version = 0; version < 3; version++) {
            servers.register(Rehearsal.read(JobSpec.class, """
                    {"ID":"again","Type":"batch","Meta":{"run":"%d"},"TaskGroups":[{"Name":"g","Count":2,
                     "Tasks":[{"Name":"t","Driver":"raw_exec"}]}]}""".formatted(version)));
            servers.settle();
            servers.live("again").forEach(it -> servers.report(it, ClientStatus.COMPLETE, Optional.empty()));
            servers.settle();
        }
        assertThat(servers.snapshot().allocations()).hasSize(6);
        servers.pass(Duration.ofHours(25));
        new Garbage(new Server.Retention(
                        Duration.ZERO,
                        LONG,
                        Duration.ofMinutes(1),
                        Duration.ofHours(24),
                        LONG,
                        LONG,
                        Server.Most.standard()))
                .decide(servers.snapshot(), servers.now)
                .forEach(servers::apply);
        assertThat(servers.snapshot().allocations()).hasSize(2).allMatch(it -> it.jobVersion() == 2);
        servers.look("again", false);
        assertThat(servers.settle()).as("it is done").isEmpty();
    }
}
