package dev.steppe.consensus.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Many who ask at once share a question, but never one that was put before they asked. */
class SharedTest {
    private final List<CompletableFuture<String>> put = new ArrayList<>();
    private final Shared<String> shared = new Shared<>(() -> {
        var question = new CompletableFuture<String>();
        put.add(question);
        return question;
    });

    @Test
    void first_one_asks_at_once_and_those_who_come_meanwhile_share_the_next() {
        var first = shared.ask();
        var second = shared.ask();
        var third = shared.ask();
        assertThat(put).hasSize(1);
        put.getFirst().complete("one");
        assertThat(first.join()).isEqualTo("one");
        assertThat(second).isNotDone();
        assertThat(put).hasSize(2);
        put.get(1).complete("two");
        assertThat(second.join()).isEqualTo("two");
        assertThat(third.join()).isEqualTo("two");
        shared.ask();
        assertThat(put).hasSize(3);
    }

    @Test
    void failure_is_told_to_those_who_share_it_and_the_next_question_is_put() {
        var first = shared.ask();
        var second = shared.ask();
        put.getFirst().completeExceptionally(new IllegalStateException("nobody answers"));
        assertThat(first).isCompletedExceptionally();
        put.get(1).complete("here");
        assertThat(second.join()).isEqualTo("here");
    }
}
