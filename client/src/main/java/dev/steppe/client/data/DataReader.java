package dev.steppe.client.data;

import dev.steppe.model.AllocationId;
import dev.steppe.wire.DataAnswer;
import dev.steppe.wire.DataQuery;
import java.util.function.Consumer;

/** Reads data of the servers for tasks of this node. To be called, and calls back, on the node's loop. */
@FunctionalInterface
public interface DataReader {

    /**
     * Tells the listener what the query finds, soon and again whenever that is different, until the watch is closed. While
     * no server can be reached nothing is told: what was found last still holds. The listener is never called from inside
     * this call.
     */
    Watch watch(AllocationId allocation, String task, DataQuery query, Consumer<DataAnswer> listener);

    /** A query that is being followed. */
    interface Watch extends AutoCloseable {
        /** Ends it: the listener is not called any more. Idempotent. */
        @Override
        void close();
    }
}
