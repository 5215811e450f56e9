package dev.steppe.model.codec;

/** What a public constructor makes of one text, and whose JSON is just that text: the typed ids. */
public interface Scalar {
    String value();
}
