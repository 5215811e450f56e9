package dev.steppe.client.driver;

/**
 * What the scheduler reserved for a task; {@code memoryMaxMb} is the hard limit and at least {@code memoryMb}; {@code cores}
 * says the share of the processors in processors, as 0.25; {@code ownCores} are those nobody else uses, as {@code 0-2,5}.
 */
public record TaskResources(long cpuMhz, long memoryMb, long memoryMaxMb, double cores, String ownCores) {
    public TaskResources {
        if (cpuMhz <= 0 || memoryMb <= 0 || memoryMaxMb < memoryMb) {
            throw new IllegalArgumentException("task resources must be positive and memory max at least memory: cpu "
                    + cpuMhz + " MHz, memory " + memoryMb + " MB, max " + memoryMaxMb + " MB");
        }
    }

    /** Where nobody asks how much of the machine's processors the share is. */
    public TaskResources(long cpuMhz, long memoryMb, long memoryMaxMb) {
        this(cpuMhz, memoryMb, memoryMaxMb, 1, "");
    }

    /** Without room beyond the reservation. */
    public static TaskResources of(long cpuMhz, long memoryMb) {
        return new TaskResources(cpuMhz, memoryMb, memoryMb);
    }
}
