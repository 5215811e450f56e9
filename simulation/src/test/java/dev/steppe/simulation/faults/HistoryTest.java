package dev.steppe.simulation.faults;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the checker of the fault tests takes for right, and each thing that it must find. */
class HistoryTest {
    private final History history = new History("r");

    private void write(String value, String inPlaceOf, long index, long begun, long ended) {
        history.attempt(value, inPlaceOf);
        history.acknowledge(value, index, begun, ended);
    }

    @Test
    void a_chain_of_acknowledged_writes_and_reads_of_it_is_one_order() {
        write("a", History.NOTHING, 0, 1, 2);
        history.see("a", 3, 3, "s1");
        write("b", "a", 7, 3, 5);

        assertThat(history.contradictions("b", 6)).isEmpty();
    }

    @Test
    void a_write_without_an_answer_may_have_happened_or_not() {
        write("a", History.NOTHING, 0, 1, 2);
        history.attempt("happened", "a");
        write("b", "happened", 8, 3, 5);
        history.attempt("did not", "b");

        assertThat(history.contradictions("b", 6)).isEmpty();
    }

    @Test
    void an_acknowledged_write_that_is_not_there_is_lost() {
        write("a", History.NOTHING, 0, 1, 2);
        write("b", "a", 7, 3, 4);

        assertThat(history.contradictions("a", 6)).containsExactly("r: b was acknowledged and is lost");
    }

    @Test
    void one_index_is_replaced_once() {
        write("a", History.NOTHING, 0, 1, 2);
        write("b", "a", 7, 3, 4);
        write("c", "a", 7, 3, 4);

        assertThat(history.contradictions("c", 6))
                .contains("r: index 7 was replaced twice, by b and c", "r: b was acknowledged and is lost");
    }

    @Test
    void a_refused_write_has_no_effect() {
        history.attempt("a", History.NOTHING);
        history.refuse("a", "s1");

        assertThat(history.contradictions("a", 6)).containsExactly("r: a was refused by s1 and written all the same");
    }

    @Test
    void a_read_is_never_older_than_what_was_acknowledged_before_it() {
        write("a", History.NOTHING, 0, 1, 2);
        write("b", "a", 7, 3, 4);
        history.see("a", 5, 5, "s3");

        assertThat(history.contradictions("b", 6))
                .containsExactly("r: s3 told a after 1 newer values were acknowledged");
    }

    @Test
    void a_read_tells_what_was_written() {
        write("a", History.NOTHING, 0, 1, 2);
        history.attempt("never", "a");
        history.see("never", 3, 3, "s2");

        assertThat(history.contradictions("a", 6)).containsExactly("r: s2 told never, which was never there");
        assertThat(history.contradictions("strange", 6)).contains("r: strange was written by nobody");
    }

    @Test
    void a_read_that_ended_after_the_last_look_may_have_seen_what_came_later() {
        write("a", History.NOTHING, 0, 1, 2);
        history.attempt("later", "a");
        history.see("later", 3, 7, "c1");

        assertThat(history.contradictions("a", 6)).isEmpty();
        assertThat(history.contradictions("later", 8)).isEmpty();
    }

    @Test
    void the_order_is_that_of_the_clock_where_writes_do_not_overlap() {
        write("late", History.NOTHING, 0, 10, 11);
        write("early", "late", 7, 1, 2);

        assertThat(history.contradictions("early", 20))
                .containsExactly("r: late comes before a write that was acknowledged before it began");
    }
}
