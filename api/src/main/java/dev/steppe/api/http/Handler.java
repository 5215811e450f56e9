package dev.steppe.api.http;

import java.io.IOException;

/** Answers requests of one route, on a virtual thread: it may block. */
@FunctionalInterface
public interface Handler {
    /** Refuses with {@link Refused}, fails with an I/O exception when something needed cannot be reached. */
    Answer handle(Request request) throws Refused, IOException, InterruptedException;
}
