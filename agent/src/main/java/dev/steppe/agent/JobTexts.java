package dev.steppe.agent;

import dev.steppe.api.JobFiles;
import dev.steppe.api.http.Refused;
import dev.steppe.model.JobSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.server.JobAdmission;
import java.util.List;

/** Job files as the API offers to read them. */
final class JobTexts implements JobFiles {
    @Override
    public JobSpec parse(String source, String variables) throws Refused {
        try {
            return Codec.fromJson(JobSpec.class, source);
        } catch (CodecException malformed) {
            throw Refused.invalid(malformed.getMessage());
        }
    }

    @Override
    public List<String> problems(JobSpec job) {
        return JobAdmission.check(job).problems();
    }
}
