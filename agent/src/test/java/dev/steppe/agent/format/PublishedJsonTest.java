package dev.steppe.agent.format;

import dev.steppe.model.Allocation;
import dev.steppe.model.Deployment;
import dev.steppe.model.Evaluation;
import dev.steppe.model.Intention;
import dev.steppe.model.Job;
import dev.steppe.model.Node;
import dev.steppe.model.codec.CodecException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Pins the JSON of the nouns, which programs of others read, field by field. */
class PublishedJsonTest {
    private final GoldenFiles golden = new GoldenFiles("1");

    @Test
    void the_json_of_the_nouns_is_as_published() throws IOException, CodecException {
        golden.checkJson(Job.class, Samples.of(Job.class));
        golden.checkJson(Node.class, Samples.of(Node.class));
        golden.checkJson(Allocation.class, Samples.of(Allocation.class));
        golden.checkJson(Evaluation.class, Samples.of(Evaluation.class));
        golden.checkJson(Deployment.class, Samples.of(Deployment.class));
        golden.checkJson(Intention.class, Samples.of(Intention.class));
    }

    @Test
    void the_binary_form_of_the_nouns_is_as_it_was_written_first() throws IOException, CodecException {
        golden.checkBinary(Job.class, Samples.of(Job.class));
        golden.checkBinary(Node.class, Samples.of(Node.class));
        golden.checkBinary(Allocation.class, Samples.of(Allocation.class));
        golden.checkBinary(Evaluation.class, Samples.of(Evaluation.class));
    }
}
