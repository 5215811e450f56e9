package dev.steppe.api.metrics;

import java.lang.management.ManagementFactory;
import java.util.List;

/** What the Java runtime of the agent tells of itself. */
final class RuntimeReadings {
    private RuntimeReadings() {}

    static void add(List<Reading> readings) {
        var memory = ManagementFactory.getMemoryMXBean();
        long held = memory.getHeapMemoryUsage().getCommitted()
                + memory.getNonHeapMemoryUsage().getCommitted();
        long runs = 0;
        long millis = 0;
        for (var collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            runs += Math.max(0, collector.getCollectionCount());
            millis += Math.max(0, collector.getCollectionTime());
        }
        add(readings, Metric.HEAP_USED, memory.getHeapMemoryUsage().getUsed());
        add(readings, Metric.MEMORY_HELD, held);
        add(readings, Metric.THREADS, ManagementFactory.getThreadMXBean().getThreadCount());
        add(readings, Metric.COLLECTIONS, runs);
        add(readings, Metric.COLLECTION_TIME, millis * 1e6);
    }

    private static void add(List<Reading> readings, Metric metric, double value) {
        readings.add(Reading.of(metric, List.of(), value));
    }
}
