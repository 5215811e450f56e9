package dev.steppe.model.codec;

/** A record with the one component {@code value}, whose JSON is just that text: the typed ids. */
public interface Scalar {
    String value();
}
