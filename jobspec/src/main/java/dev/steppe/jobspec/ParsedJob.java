package dev.steppe.jobspec;

import dev.steppe.language.source.Diagnostic;
import dev.steppe.model.JobSpec;
import java.util.List;

/** A job as its file says it, complete with defaults, and what its author should know about the file (no errors). */
public record ParsedJob(JobSpec job, List<Diagnostic> notices) {
    public ParsedJob {
        notices = List.copyOf(notices);
    }
}
