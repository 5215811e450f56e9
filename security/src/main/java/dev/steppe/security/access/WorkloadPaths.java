package dev.steppe.security.access;

import dev.steppe.model.Allocation;
import dev.steppe.model.data.VariableKey;
import java.util.List;

/**
 * Which variables the tasks of an allocation may read without anybody having granted it: those at the paths that bear the
 * names of all jobs, their job, their group and themselves, in their own namespace.
 */
public final class WorkloadPaths {
    private static final String JOBS = "nomad/jobs";

    private WorkloadPaths() {}

    /** The paths, the most general first. */
    public static List<String> of(Allocation allocation, String task) {
        String job = JOBS + "/" + allocation.jobId();
        String group = job + "/" + allocation.taskGroup();
        return List.of(JOBS, job, group, group + "/" + task);
    }

    public static boolean mayRead(Allocation allocation, String task, VariableKey variable) {
        return variable.namespace().equals(allocation.namespace())
                && of(allocation, task).contains(variable.path());
    }
}
