package dev.steppe.model.codec;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;

/**
 * How one Java type is written to and read from a token stream, JSON text and binary alike. Stateless. A reader is called
 * with the parser on the value's first token and leaves it on the last.
 */
interface Format {

    /** What a writer leaves out and what a reader does with fields it does not know. */
    enum Form {
        /** The API's JSON: every field is written; an unknown field that says something is refused. */
        JSON,
        /** The log's and the wire's form: empty fields are left out; unknown fields, from a newer version, are skipped. */
        BINARY
    }

    void write(JsonGenerator out, Object value, Form form);

    Object read(JsonParser in, Form form) throws CodecException;

    /** The value of a field that the text leaves out. */
    Object absent() throws CodecException;

    /** A value from a {@link Default} annotation's text. */
    default Object parse(String text) throws CodecException {
        throw new CodecException("a default is not possible here: " + text);
    }

    /** True when leaving the value out of the binary form and reading {@link #absent()} gives it back. */
    static boolean isEmpty(Object value) {
        return switch (value) {
            case String text -> text.isEmpty();
            case Boolean flag -> !flag;
            case Integer number -> number == 0;
            case Long number -> number == 0;
            case Double number -> number == 0;
            case Optional<?> optional -> optional.isEmpty();
            case Collection<?> collection -> collection.isEmpty();
            case Map<?, ?> map -> map.isEmpty();
            case java.time.Duration duration -> duration.isZero();
            case java.time.Instant instant -> instant.equals(java.time.Instant.EPOCH);
            default -> false;
        };
    }
}
