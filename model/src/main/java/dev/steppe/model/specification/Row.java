package dev.steppe.model.specification;

import java.util.List;

/**
 * A line of the table: a field by its name in job files, and what Steppe does with it. An extra field is one that no
 * record has: a short form, or an old form that is read as another field.
 */
public record Row(String field, Answer answer, boolean extra) {
    private static final String REMOVE = "remove it";

    static Row works(String field) {
        return works(field, "");
    }

    static Row works(String field, String note) {
        return new Row(field, new Answer.Works(List.of(), note), false);
    }

    /** Works with these values; what is empty always works. */
    static Row only(String field, List<String> values) {
        return only(field, values, "");
    }

    static Row only(String field, List<String> values, String note) {
        return new Row(field, new Answer.Works(values, note), false);
    }

    static Row constructed(String field, String how) {
        return new Row(field, new Answer.Constructed(how), false);
    }

    /** Planned, and refused until then. */
    static Row later(String field) {
        return later(field, REMOVE);
    }

    static Row later(String field, String advice) {
        return new Row(field, new Answer.Refused(true, advice), false);
    }

    /** Refused for good. */
    static Row never(String field, String advice) {
        return new Row(field, new Answer.Refused(false, advice), false);
    }

    /** The same for a word that is no component of a record. */
    Row asExtra() {
        return new Row(field, answer, true);
    }
}
