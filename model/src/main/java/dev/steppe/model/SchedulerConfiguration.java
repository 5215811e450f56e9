package dev.steppe.model;

import dev.steppe.model.codec.Default;
import dev.steppe.model.codec.Json;
import java.util.List;

/** How placements are decided in this region, as operators set it. */
public record SchedulerConfiguration(
        @Default("binpack") @Json("SchedulerAlgorithm") String algorithm,
        @Json("PreemptionConfig") Preemption preemption,
        @Json("MemoryOversubscriptionEnabled") boolean memoryOversubscription,
        boolean rejectJobRegistration,
        boolean pauseEvalBroker,
        @Default("100") int nodeLimitForFeasibilityChecks,
        long createIndex,
        long modifyIndex) {
    public static final String BINPACK = "binpack";
    public static final String SPREAD = "spread";
    public static final String DEFRAGMENT = "defragment";

    /** The algorithms there are. */
    public static final List<String> ALGORITHMS = List.of(BINPACK, SPREAD, DEFRAGMENT);

    /** For jobs of which types others of lower priority are evicted. */
    public record Preemption(
            @Default("true") @Json("SystemSchedulerEnabled") boolean system,
            @Json("SysBatchSchedulerEnabled") boolean sysbatch,
            @Json("BatchSchedulerEnabled") boolean batch,
            @Json("ServiceSchedulerEnabled") boolean service) {

        /** Whether a job of the type may evict. */
        public boolean isFor(JobType type) {
            return switch (type) {
                case SYSTEM -> system;
                case SYSBATCH -> sysbatch;
                case BATCH -> batch;
                case SERVICE -> service;
            };
        }
    }

    /** What holds until somebody sets something else. */
    public static SchedulerConfiguration standard() {
        return new SchedulerConfiguration(
                BINPACK, new Preemption(true, false, false, false), false, false, false, 100, 0, 0);
    }

    /** True when nodes that are used little are preferred. */
    public boolean spreads() {
        return algorithm.equals(SPREAD);
    }

    /** True when what is left of devices is to stay useful for the jobs there are. */
    public boolean defragments() {
        return algorithm.equals(DEFRAGMENT);
    }

    /** The same as the state keeps it. */
    public SchedulerConfiguration stored(long firstIndex, long index) {
        return new SchedulerConfiguration(
                algorithm,
                preemption,
                memoryOversubscription,
                rejectJobRegistration,
                pauseEvalBroker,
                nodeLimitForFeasibilityChecks,
                firstIndex,
                index);
    }
}
