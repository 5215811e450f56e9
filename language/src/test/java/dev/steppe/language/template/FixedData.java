package dev.steppe.language.template;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Data that is known from the start: answers by the query as it is shown to users. */
final class FixedData implements TemplateData {
    private final Map<String, Answer> answers = new TreeMap<>();
    private final Map<String, String> environment = new TreeMap<>();

    FixedData environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    FixedData known(String query, Datum value) {
        answers.put(query, new Answer.Known(value));
        return this;
    }

    FixedData absent(String query) {
        answers.put(query, new Answer.Absent());
        return this;
    }

    @Override
    public Answer ask(Query query) {
        return answers.getOrDefault(query.toString(), new Answer.Unknown());
    }

    @Override
    public Optional<String> environment(String name) {
        return Optional.ofNullable(environment.get(name));
    }

    @Override
    public Instant now() {
        return Instant.parse("2026-03-04T15:06:07.089Z");
    }
}
