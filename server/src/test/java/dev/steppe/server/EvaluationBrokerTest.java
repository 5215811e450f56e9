package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Evaluation;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import org.junit.jupiter.api.Test;

/** Proves the order in which evaluations are handed out. */
class EvaluationBrokerTest {
    private final EvaluationBroker broker = new EvaluationBroker();

    private static Evaluation evaluation(String id, String job, int priority, int index) throws CodecException {
        return Codec.fromJson(
                Evaluation.class,
                "{\"ID\":\"" + id + "\",\"JobID\":\"" + job + "\",\"Priority\":" + priority + ",\"CreateIndex\":"
                        + index + "}");
    }

    @Test
    void higher_priority_first_then_the_older() throws CodecException {
        broker.enqueue(evaluation("c", "j3", 50, 3));
        broker.enqueue(evaluation("a", "j1", 50, 2));
        broker.enqueue(evaluation("b", "j2", 80, 9));
        assertThat(broker.next().orElseThrow().id().value()).isEqualTo("b");
        assertThat(broker.next().orElseThrow().id().value()).isEqualTo("a");
        assertThat(broker.next().orElseThrow().id().value()).isEqualTo("c");
        assertThat(broker.next()).isEmpty();
    }

    @Test
    void never_two_of_one_job_at_a_time_and_only_the_newest_of_those_that_waited() throws CodecException {
        var first = evaluation("a", "j", 50, 1);
        broker.enqueue(first);
        assertThat(broker.next()).contains(first);
        broker.enqueue(evaluation("b", "j", 50, 2));
        broker.enqueue(evaluation("c", "j", 50, 3));
        assertThat(broker.next()).isEmpty();
        assertThat(broker.done(first)).extracting(it -> it.id().value()).containsExactly("b");
        assertThat(broker.next().orElseThrow().id().value()).isEqualTo("c");
    }

    @Test
    void an_evaluation_enqueued_twice_is_handed_out_once() throws CodecException {
        broker.enqueue(evaluation("a", "j", 50, 1));
        broker.enqueue(evaluation("a", "j", 50, 1));
        assertThat(broker.next()).isPresent();
        assertThat(broker.next()).isEmpty();
    }
}
