package dev.steppe.state;

import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.Submission;

/** What the author of a job's version submitted. */
public record SubmittedVersion(String namespace, JobId job, long version, Submission submission) {
    Snapshot.JobVersion key() {
        return new Snapshot.JobVersion(new JobKey(namespace, job), version);
    }
}
