package dev.steppe.io.process;

import java.time.Duration;

/**
 * What a task used since its start (cpu, peak memory, time it was held back by a limit of the processors) and uses now
 * (memory, of that resident and as a cache of files, processes).
 */
public record ProcessUsage(
        Duration cpuTime,
        long memoryBytes,
        long memoryPeakBytes,
        int processes,
        long residentBytes,
        long cacheBytes,
        long throttledPeriods,
        Duration throttledTime) {}
