package dev.steppe.api;

import dev.steppe.api.http.Refused;
import dev.steppe.model.JobSpec;
import java.util.List;

/** Job files to jobs, and the rules a job must keep. Pure; safe for use from any thread. */
public interface JobFiles {

    /** The job a file's text means; {@code variables} is the text of a variables file. Refuses naming line and column. */
    JobSpec parse(String source, String variables) throws Refused;

    /** What would keep the job from being registered, each a sentence; empty when nothing. */
    List<String> problems(JobSpec job);
}
