package dev.steppe.api.nomad;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Evaluation;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.state.Command;
import dev.steppe.state.Store;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a summary of a job counts. */
class SummariesTest {
    private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");

    private final Store store = new Store();

    @BeforeEach
    void register() throws CodecException {
        var job = Codec.fromJson(
                JobSpec.class, "{\"ID\":\"once\",\"Type\":\"batch\",\"TaskGroups\":[{\"Name\":\"g\",\"Count\":3}]}");
        store.apply(new Command.RegisterJob(job, Optional.empty(), Optional.empty(), AT));
    }

    private void evaluation(String id, String status, String queued) throws CodecException {
        var evaluation = Codec.fromJson(Evaluation.class, """
                {"ID":"%s","JobID":"once","Status":"%s","QueuedAllocations":{%s}}""".formatted(id, status, queued));
        store.apply(new Command.PutEvaluations(List.of(evaluation), AT));
    }

    private int queued() {
        var job = store.snapshot().job(new JobKey("default", new JobId("once"))).orElseThrow();
        return Summaries.summary(store.snapshot(), job).summary().get("g").queued();
    }

    @Test
    void queued_are_those_for_whom_the_last_look_found_no_place() throws CodecException {
        assertThat(queued()).isZero();
        evaluation("first", "complete", "\"g\":3");
        evaluation("waiting", "blocked", "\"g\":3");
        evaluation("later", "pending", "");
        assertThat(queued()).as("one that is to come changes nothing").isEqualTo(3);
        evaluation("later", "complete", "\"g\":0");
        evaluation("waiting", "canceled", "\"g\":3");
        assertThat(queued()).as("nor does one that is given up").isZero();
    }
}
