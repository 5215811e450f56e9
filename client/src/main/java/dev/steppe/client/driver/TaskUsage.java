package dev.steppe.client.driver;

import java.time.Duration;

/** What a task used since its start (cpu time, peak memory) and uses now (memory, number of processes). */
public record TaskUsage(Duration cpuTime, long memoryBytes, long memoryPeakBytes, int processes) {}
