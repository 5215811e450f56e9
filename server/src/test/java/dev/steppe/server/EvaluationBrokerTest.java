package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Evaluation;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobType;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Proves the order in which evaluations are handed out, and that none waits for ever. */
class EvaluationBrokerTest {
    private final EvaluationBroker broker = new EvaluationBroker();

    private static Evaluation evaluation(String id, String job, int priority, int index) throws CodecException {
        return evaluation(id, job, priority, index, 0, "service", "job-register");
    }

    private static Evaluation evaluation(
            String id, String job, int priority, int index, long second, String type, String trigger)
            throws CodecException {
        return Codec.fromJson(
                Evaluation.class,
                "{\"ID\":\"" + id + "\",\"JobID\":\"" + job + "\",\"Priority\":" + priority + ",\"Type\":\"" + type
                        + "\",\"TriggeredBy\":\"" + trigger + "\",\"CreateIndex\":" + index + ",\"ModifyTime\":"
                        + Duration.ofSeconds(second).toNanos() + "}");
    }

    private String nextId() {
        return broker.next().orElseThrow().id().value();
    }

    @Test
    void higher_priority_first_then_the_older() throws CodecException {
        broker.enqueue(evaluation("c", "j3", 50, 3));
        broker.enqueue(evaluation("a", "j1", 50, 2));
        broker.enqueue(evaluation("b", "j2", 80, 9));
        assertThat(List.of(nextId(), nextId(), nextId())).containsExactly("b", "a", "c");
        assertThat(broker.next()).isEmpty();
    }

    @Test
    void never_two_of_one_job_at_a_time_and_only_the_newest_of_those_that_waited() throws CodecException {
        var first = evaluation("a", "j", 50, 1);
        broker.enqueue(first);
        assertThat(broker.next()).contains(first);
        broker.enqueue(evaluation("b", "j", 90, 2));
        broker.enqueue(evaluation("c", "j", 50, 3));
        assertThat(broker.next()).isEmpty();
        assertThat(broker.done(first)).extracting(it -> it.id().value()).containsExactly("b");
        assertThat(nextId()).isEqualTo("c");
    }

    @Test
    void one_that_replaces_failed_instances_is_not_left_out_for_a_newer_one() throws CodecException {
        var first = evaluation("a", "j", 50, 1);
        broker.enqueue(first);
        broker.next();
        var forced = evaluation("b", "j", 50, 2, 0, "service", "alloc-reschedule");
        broker.enqueue(forced);
        broker.enqueue(evaluation("c", "j", 50, 3));
        assertThat(broker.done(first)).isEmpty();
        assertThat(broker.next()).contains(forced);
        assertThat(broker.next()).isEmpty();
        broker.done(forced);
        assertThat(nextId()).isEqualTo("c");
    }

    @Test
    void an_evaluation_enqueued_twice_is_handed_out_once() throws CodecException {
        broker.enqueue(evaluation("a", "j", 50, 1));
        broker.enqueue(evaluation("a", "j", 50, 1));
        assertThat(broker.next()).isPresent();
        assertThat(broker.next()).isEmpty();
    }

    @Test
    void one_that_fails_is_tried_again_later_and_later_and_given_up_after_the_third_time() throws CodecException {
        var broken = evaluation("a", "j", 50, 1);
        broker.enqueue(broken);
        broker.next();
        assertThat(broker.failed(broken)).contains(Duration.ofSeconds(1));
        assertThat(broker.next()).isEmpty();
        broker.enqueue(broken);
        broker.next();
        assertThat(broker.failed(broken)).contains(Duration.ofSeconds(20));
        broker.enqueue(broken);
        broker.next();
        assertThat(broker.failed(broken)).isEmpty();
    }

    @Test
    void a_job_whose_evaluation_failed_does_not_hold_up_its_next_one() throws CodecException {
        var broken = evaluation("a", "j", 50, 1);
        broker.enqueue(broken);
        broker.next();
        broker.enqueue(evaluation("b", "j", 50, 2));
        broker.failed(broken);
        assertThat(nextId()).isEqualTo("b");
    }

    /** Two evaluations come each second and one is handed out: what is not aged would wait for ever. */
    @Test
    void none_starves_whatever_its_type_and_priority_while_more_important_ones_keep_coming() throws CodecException {
        for (int seed = 0; seed < 20; seed++) {
            var random = new SplittableRandom(seed);
            var waiting = new EvaluationBroker();
            var types = JobType.values();
            var since = new TreeMap<String, Integer>();
            for (int i = 0; i < 50; i++) {
                var type = types[random.nextInt(types.length)].name().toLowerCase(java.util.Locale.ROOT);
                waiting.enqueue(evaluation("old" + i, "old" + i, 1 + random.nextInt(100), i, 0, type, ""));
                since.put("old" + i, 0);
            }
            for (int second = 1; second <= 500 && !since.isEmpty(); second++) {
                for (int i = 0; i < 2; i++) {
                    String id = "new" + second + "-" + i;
                    waiting.enqueue(evaluation(id, id, 100, 100 + second, second, "system", ""));
                }
                for (int i = 0; i < 2; i++) {
                    since.remove(waiting.next().orElseThrow().id().value());
                }
                if (second > 150) {
                    assertThat(since)
                            .as("still waiting after " + second + " s, seed " + seed)
                            .isEmpty();
                }
            }
        }
    }

    @Test
    void whatever_happens_no_job_is_planned_twice_at_a_time_and_each_job_is_planned_in_the_end() throws CodecException {
        for (int seed = 0; seed < 50; seed++) {
            var random = new SplittableRandom(seed);
            var tried = new EvaluationBroker();
            var planned = new ArrayList<Evaluation>();
            var owed = new TreeMap<JobKey, Evaluation>();
            for (int step = 0; step < 300; step++) {
                switch (random.nextInt(3)) {
                    case 0 -> {
                        var fresh = evaluation("e" + step, "j" + random.nextInt(5), 1 + random.nextInt(100), step);
                        tried.enqueue(fresh);
                        owed.put(fresh.jobKey(), fresh);
                    }
                    case 1 -> tried.next().ifPresent(planned::add);
                    default -> {
                        if (!planned.isEmpty()) {
                            var over = planned.remove(random.nextInt(planned.size()));
                            tried.done(over);
                            owed.remove(over.jobKey(), over);
                        }
                    }
                }
                var jobs = planned.stream().map(Evaluation::jobKey).toList();
                assertThat(jobs).hasSameSizeAs(new TreeSet<>(jobs));
            }
            planned.forEach(over -> {
                tried.done(over);
                owed.remove(over.jobKey(), over);
            });
            for (var next = tried.next(); next.isPresent(); next = tried.next()) {
                owed.remove(next.get().jobKey(), next.get());
                tried.done(next.get());
            }
            assertThat(owed).as("seed " + seed).isEmpty();
        }
    }
}
