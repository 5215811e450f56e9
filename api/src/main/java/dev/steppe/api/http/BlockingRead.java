package dev.steppe.api.http;

import java.io.IOException;

/** A read that may wait for something newer than what its caller has seen, without holding a thread. */
@FunctionalInterface
public interface BlockingRead {

    /** Reads the state as it is now. */
    Reading read() throws Refused, IOException, InterruptedException;

    /** What was read: its index, what tells of the next change, and how to write the response (done only when due). */
    record Reading(long index, Answer.Watch watch, Rendering rendering) {}

    /** Writes the response of a reading. */
    @FunctionalInterface
    interface Rendering {
        Response render() throws Refused, IOException, InterruptedException;
    }

    /** The answer under these terms: at once when due, else again after each change, at the latest when time is over. */
    default Answer under(WaitTerms terms) throws Refused, IOException, InterruptedException {
        return look(terms, false);
    }

    private Answer look(WaitTerms terms, boolean expired) throws Refused, IOException, InterruptedException {
        var reading = read();
        if (expired || terms.isDue(reading.index())) {
            return reading.rendering().render();
        }
        return new Answer.Waiting(reading.watch(), terms.atMost(), over -> look(terms, over));
    }
}
