package dev.steppe.language.template;

import java.time.Instant;
import java.util.Optional;

/** Where a template's data comes from. Answers come at once, from what is known now; each rendering asks anew. */
public interface TemplateData {
    /** What is known of something now. */
    sealed interface Answer {
        /** It is this; the form belongs to the kind of query, see {@link Shapes}. */
        record Known(Datum value) implements Answer {}

        /** It does not exist. */
        record Absent() implements Answer {}

        /** Nothing is known yet. */
        record Unknown() implements Answer {}

        /** It cannot be had; the message says why. */
        record Refused(String reason) implements Answer {}
    }

    Answer ask(Query query);

    /** An environment variable of the task. */
    Optional<String> environment(String name);

    /** The time of this rendering. */
    Instant now();
}
