package dev.steppe.io.process;

import java.time.Duration;

/** What a task used since its start (cpu, peak memory) and uses now (memory, processes). */
public record ProcessUsage(Duration cpuTime, long memoryBytes, long memoryPeakBytes, int processes) {}
