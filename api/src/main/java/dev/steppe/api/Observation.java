package dev.steppe.api;

import dev.steppe.api.event.EventHistory;
import dev.steppe.api.log.LogBroadcast;
import dev.steppe.api.metrics.Measurements;
import dev.steppe.api.metrics.Publishing;
import dev.steppe.state.Store;
import java.util.Optional;

/** What one can watch of an agent: changes of the state, its log, its figures. Closing ends what watches the log. */
public record Observation(EventHistory events, LogBroadcast log, Measurements measurements) implements AutoCloseable {

    /** Begins to observe a store and the node beside it. */
    public static Observation begin(Store store, Region region, Optional<LocalNode> node, Publishing publishing) {
        var events = new EventHistory(store.snapshot());
        var measurements = new Measurements(region, node, store.snapshot(), publishing);
        store.listen(events);
        store.listen(measurements);
        return new Observation(events, new LogBroadcast(), measurements);
    }

    @Override
    public void close() {
        log.close();
    }
}
