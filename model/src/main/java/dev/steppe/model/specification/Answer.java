package dev.steppe.model.specification;

import java.util.List;

/** What Steppe does with a field of the job specification. */
public sealed interface Answer {

    /** It has its effect; when values are named, with these only. */
    record Works(List<String> values, String note) implements Answer {}

    /** What it asks for holds anyhow, or it is the old form of another field; a notice says how. */
    record Constructed(String how) implements Answer {}

    /** A job that uses it is not run. {@code planned} when it will come; the advice says what to do until then. */
    record Refused(boolean planned, String advice) implements Answer {}
}
