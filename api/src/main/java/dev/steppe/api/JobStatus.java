package dev.steppe.api;

import dev.steppe.model.Job;
import dev.steppe.model.JobType;
import dev.steppe.state.Snapshot;

/** How a job does, in the words of the API. Pure. */
public final class JobStatus {
    private JobStatus() {}

    /** {@code running} while anything of it is wanted and not over; {@code pending} while a scheduler owes it an answer. What launches others runs until stopped. */
    public static String of(Snapshot snapshot, Job job) {
        if (job.isParent()) {
            return job.stop() ? "dead" : "running";
        }
        var allocations = snapshot.allocationsOf(job.key());
        if (allocations.stream().anyMatch(allocation -> !allocation.isTerminal())) {
            return "running";
        }
        var evaluations = snapshot.evaluationsOf(job.key());
        if (evaluations.stream().anyMatch(evaluation -> !evaluation.status().isTerminal())) {
            return "pending";
        }
        if (job.spec().type() == JobType.SYSTEM && !job.stop()) {
            return "running";
        }
        return allocations.isEmpty() && evaluations.isEmpty() && !job.stop() ? "pending" : "dead";
    }
}
