package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.Job;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.state.Command;
import dev.steppe.state.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Proves when periodic jobs are launched: each time once, whoever leads, and what was missed once. */
class PeriodicLaunchesTest {
    private static final Instant AT = Instant.parse("2026-03-01T12:00:30Z");
    private static final JobKey REPORT = new JobKey("default", new JobId("report"));

    private final Store store = new Store();
    private final PeriodicLaunches controller = new PeriodicLaunches(new SplittableRandom(1));

    private static JobSpec job(String periodic) throws CodecException {
        return Codec.fromJson(
                JobSpec.class,
                "{\"ID\":\"report\",\"Type\":\"batch\",\"Periodic\":{" + periodic + "},\"TaskGroups\":[{\"Name\":\"g\","
                        + "\"Tasks\":[{\"Name\":\"t\",\"Driver\":\"raw_exec\"}]}]}");
    }

    private Store.Result apply(Command command) {
        return store.apply(command.encode());
    }

    private void register(String periodic, Instant at) throws CodecException {
        assertThat(apply(new Command.RegisterJob(job(periodic), Optional.empty(), Optional.empty(), at)))
                .isInstanceOf(Store.Result.Applied.class);
    }

    private void decideAndApply(PeriodicLaunches leader, Instant now) {
        leader.decide(store.snapshot(), now).forEach(this::apply);
    }

    private List<String> children() {
        return store.snapshot().childrenOf(REPORT).stream()
                .map(child -> child.spec().id().value())
                .toList();
    }

    private static String launchedAt(String time) {
        return "report/periodic-" + Instant.parse(time).getEpochSecond();
    }

    /** What was launched so far is over. */
    private void endEverything(Instant at) {
        var ended = new ArrayList<dev.steppe.model.Evaluation>();
        store.snapshot().evaluations().forEach(it -> ended.add(it.with(EvaluationStatus.COMPLETE, "")));
        apply(new Command.PutEvaluations(ended, at));
    }

    @Test
    void a_job_is_launched_when_its_time_comes_and_not_before() throws CodecException {
        register("\"Specs\":[\"*/10 * * * *\"],\"TimeZone\":\"UTC\"", AT);
        decideAndApply(controller, Instant.parse("2026-03-01T12:09:59Z"));
        assertThat(children()).isEmpty();
        decideAndApply(controller, Instant.parse("2026-03-01T12:10:00.4Z"));
        decideAndApply(controller, Instant.parse("2026-03-01T12:10:01Z"));
        decideAndApply(controller, Instant.parse("2026-03-01T12:20:00Z"));
        assertThat(children()).containsExactly(launchedAt("2026-03-01T12:10:00Z"), launchedAt("2026-03-01T12:20:00Z"));
        var child = store.snapshot()
                .job(new JobKey("default", new JobId(children().getFirst())))
                .orElseThrow();
        assertThat(child.spec().periodic()).isEmpty();
        assertThat(child.origin().parentId()).isEqualTo("report");
        assertThat(store.snapshot().evaluationsOf(child.key()))
                .singleElement()
                .satisfies(it -> assertThat(it.triggeredBy()).isEqualTo("periodic-job"));
    }

    @Test
    void of_the_times_that_nobody_led_the_newest_is_made_up_once() throws CodecException {
        register("\"Specs\":[\"*/10 * * * *\"]", AT);
        var next = new PeriodicLaunches(new SplittableRandom(2));
        decideAndApply(next, Instant.parse("2026-03-01T15:13:00Z"));
        decideAndApply(next, Instant.parse("2026-03-01T15:13:01Z"));
        assertThat(children()).containsExactly(launchedAt("2026-03-01T15:10:00Z"));
    }

    @Test
    void no_time_is_launched_twice_and_none_lost_however_leaders_take_turns() throws CodecException {
        var random = new SplittableRandom(7);
        register("\"Specs\":[\"* * * * *\",\"*/2 * * * *\"]", AT);
        var leaders = List.of(
                new PeriodicLaunches(new SplittableRandom(1)),
                new PeriodicLaunches(new SplittableRandom(2)),
                new PeriodicLaunches(new SplittableRandom(3)));
        var onTheirWay = new ArrayList<Command>();
        var now = AT;
        for (int step = 0; step < 3_000; step++) {
            now = now.plusMillis(random.nextLong(2_500));
            onTheirWay.addAll(leaders.get(random.nextInt(leaders.size())).decide(store.snapshot(), now));
            if (random.nextInt(3) == 0) {
                // entries of an earlier leader may arrive late, and in another order
                java.util.Collections.shuffle(onTheirWay, new java.util.Random(random.nextLong()));
                onTheirWay.forEach(this::apply);
                onTheirWay.clear();
            }
        }
        onTheirWay.forEach(this::apply);
        long minutes = Duration.between(AT, now).toMinutes();
        assertThat(children()).doesNotHaveDuplicates().hasSizeBetween((int) minutes - 1, (int) minutes + 1);
        assertThat(store.snapshot().evaluations()).hasSize(children().size());
    }

    @Test
    void with_prohibit_overlap_a_time_passes_while_an_earlier_launch_goes_on_and_is_not_made_up()
            throws CodecException {
        register("\"Specs\":[\"*/10 * * * *\"],\"ProhibitOverlap\":true", AT);
        decideAndApply(controller, Instant.parse("2026-03-01T12:10:00Z"));
        decideAndApply(controller, Instant.parse("2026-03-01T12:20:00Z"));
        endEverything(Instant.parse("2026-03-01T12:21:00Z"));
        decideAndApply(controller, Instant.parse("2026-03-01T12:22:00Z"));
        assertThat(children()).containsExactly(launchedAt("2026-03-01T12:10:00Z"));
        decideAndApply(controller, Instant.parse("2026-03-01T12:30:00Z"));
        assertThat(children()).hasSize(2);
    }

    @Test
    void new_times_count_from_the_change_on() throws CodecException {
        register("\"Specs\":[\"0 0 * * *\"]", AT);
        register("\"Specs\":[\"*/10 * * * *\"]", Instant.parse("2026-03-01T18:05:00Z"));
        decideAndApply(controller, Instant.parse("2026-03-01T18:05:01Z"));
        assertThat(children()).isEmpty();
        decideAndApply(controller, Instant.parse("2026-03-01T18:10:01Z"));
        assertThat(children()).containsExactly(launchedAt("2026-03-01T18:10:00Z"));
    }

    @Test
    void a_stopped_or_disabled_job_is_not_launched_and_begins_anew_when_it_is_started_again() throws CodecException {
        register("\"Specs\":[\"*/10 * * * *\"]", AT);
        apply(new Command.DeregisterJob("default", REPORT.id(), false, Optional.empty(), AT));
        decideAndApply(controller, Instant.parse("2026-03-01T12:10:00Z"));
        register("\"Specs\":[\"*/10 * * * *\"],\"Enabled\":false", Instant.parse("2026-03-01T12:11:00Z"));
        decideAndApply(controller, Instant.parse("2026-03-01T12:20:00Z"));
        assertThat(children()).isEmpty();
        register("\"Specs\":[\"*/10 * * * *\"]", Instant.parse("2026-03-01T12:25:00Z"));
        decideAndApply(controller, Instant.parse("2026-03-01T12:26:00Z"));
        assertThat(children()).isEmpty();
        decideAndApply(controller, Instant.parse("2026-03-01T12:30:00Z"));
        assertThat(children()).hasSize(1);
    }

    @Test
    void a_dispatch_of_a_job_that_is_periodic_too_is_launched_at_its_times_with_what_it_was_given()
            throws CodecException {
        var both = Codec.fromJson(JobSpec.class, """
                {"ID":"report","Type":"batch","Periodic":{"Specs":["*/10 * * * *"]},
                 "ParameterizedJob":{"Payload":"required","MetaRequired":["day"]},
                 "TaskGroups":[{"Name":"g","Tasks":[{"Name":"t","Driver":"raw_exec"}]}]}""");
        apply(new Command.RegisterJob(both, Optional.empty(), Optional.empty(), AT));
        decideAndApply(controller, Instant.parse("2026-03-01T12:10:00Z"));
        assertThat(children()).as("nothing comes of it before it is dispatched").isEmpty();
        var parent = store.snapshot().job(REPORT).orElseThrow();
        assertThat(parent.isParameterized()).isTrue();

        var id = new JobId("report/dispatch-1");
        var meta = new java.util.TreeMap<>(java.util.Map.of("day", "monday"));
        var dispatched = Children.dispatched(parent, id, meta, Optional.of(70));
        var payload = "numbers".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        var origin = dev.steppe.model.JobOrigin.dispatched(REPORT.id(), "once", payload);
        var at = Instant.parse("2026-03-01T12:11:00Z");
        assertThat(apply(new Command.DispatchJob(
                        "default", REPORT.id(), parent.jobModifyIndex(), dispatched, origin, Optional.empty(), at)))
                .isInstanceOf(Store.Result.Applied.class);
        decideAndApply(controller, Instant.parse("2026-03-01T12:20:00Z"));
        decideAndApply(controller, Instant.parse("2026-03-01T12:30:00Z"));
        assertThat(store.snapshot().childrenOf(new JobKey("default", id)))
                .hasSize(2)
                .allSatisfy(launch -> {
                    assertThat(launch.isParent()).as("it runs").isFalse();
                    assertThat(launch.origin().givenPayload()).isEqualTo(payload);
                    assertThat(launch.spec().meta()).containsEntry("day", "monday");
                    assertThat(launch.spec().priority()).isEqualTo(70);
                    assertThat(store.snapshot().evaluationsOf(launch.key())).hasSize(1);
                });
    }

    @Test
    void a_forced_launch_takes_no_time_away_and_never_doubles_one() throws CodecException {
        register("\"Specs\":[\"*/10 * * * *\"]", AT);
        var due = Instant.parse("2026-03-01T12:10:00Z");
        var random = new SplittableRandom(3);
        Job parent = store.snapshot().job(REPORT).orElseThrow();
        apply(Children.launch(parent, AT.plusSeconds(5), true, AT, random));
        apply(Children.launch(parent, due.plusMillis(100), true, AT, random));
        decideAndApply(controller, due.plusMillis(200));
        assertThat(new TreeSet<>(children()))
                .containsExactly(launchedAt("2026-03-01T12:00:35Z"), launchedAt("2026-03-01T12:10:00Z"));
        assertThat(apply(Children.launch(parent, due.plusMillis(300), true, AT, random)))
                .isInstanceOf(Store.Result.Refused.class);
        assertThat(store.snapshot().evaluations()).hasSize(2);
    }
}
