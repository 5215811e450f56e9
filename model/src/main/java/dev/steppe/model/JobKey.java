package dev.steppe.model;

/** A job within its namespace: what identifies a job in the cluster. Ordered by namespace, then id. */
public record JobKey(String namespace, JobId id) implements Comparable<JobKey> {
    @Override
    public int compareTo(JobKey other) {
        int byNamespace = namespace.compareTo(other.namespace);
        return byNamespace != 0 ? byNamespace : id.compareTo(other.id);
    }

    @Override
    public String toString() {
        return namespace + "/" + id;
    }
}
