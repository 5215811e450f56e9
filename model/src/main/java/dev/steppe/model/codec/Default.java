package dev.steppe.model.codec;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The value of a component that the text leaves out, written as in a job file: {@code "50"}, {@code "5s"},
 * {@code "true"}, {@code "host"}; for a list of texts a single element. Such a component is always written to the binary
 * form, so that a later change of the default leaves old logs as they were meant.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Default {
    String value();
}
