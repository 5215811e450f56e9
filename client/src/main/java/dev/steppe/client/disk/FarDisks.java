package dev.steppe.client.disk;

import dev.steppe.model.AllocationId;
import java.io.IOException;
import java.io.InputStream;

/** Asks the node that had an allocation for its data. Blocking; safe for any thread. */
@FunctionalInterface
public interface FarDisks {

    /** What that node answers; fails when it cannot be reached. */
    Answer of(AllocationId allocation) throws IOException, InterruptedException;

    /** What is known of the data there. */
    sealed interface Answer {

        /** The allocation has not ended there: what it writes could be missing. */
        record StillRuns() implements Answer {}

        /** It is not there any more. */
        record Gone(String why) implements Answer {}

        /** A {@link DiskArchive}, read while it arrives; to be closed. */
        record Found(InputStream archive) implements Answer {}
    }
}
