package dev.steppe.client.driver;

import java.time.Duration;

/**
 * What a task used since its start (cpu time, peak memory, how often and how long a limit of the processors held it back)
 * and uses now (memory, of that resident and as a cache of files; number of processes).
 */
public record TaskUsage(
        Duration cpuTime,
        long memoryBytes,
        long memoryPeakBytes,
        int processes,
        long residentBytes,
        long cacheBytes,
        long throttledPeriods,
        Duration throttledTime) {

    /** Where nothing finer is known. */
    public TaskUsage(Duration cpuTime, long memoryBytes, long memoryPeakBytes, int processes) {
        this(cpuTime, memoryBytes, memoryPeakBytes, processes, memoryBytes, 0, 0, Duration.ZERO);
    }

    public static TaskUsage none() {
        return new TaskUsage(Duration.ZERO, 0, 0, 0);
    }

    /** Both together. */
    public TaskUsage plus(TaskUsage other) {
        return new TaskUsage(
                cpuTime.plus(other.cpuTime),
                memoryBytes + other.memoryBytes,
                memoryPeakBytes + other.memoryPeakBytes,
                processes + other.processes,
                residentBytes + other.residentBytes,
                cacheBytes + other.cacheBytes,
                throttledPeriods + other.throttledPeriods,
                throttledTime.plus(other.throttledTime));
    }
}
