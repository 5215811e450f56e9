package dev.steppe.agent;

import dev.steppe.api.JobFiles;
import dev.steppe.api.http.Refused;
import dev.steppe.jobspec.JobFile;
import dev.steppe.jobspec.ParseOptions;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import dev.steppe.model.JobSpec;
import dev.steppe.server.JobAdmission;
import java.util.List;
import java.util.Map;

/** Job files as the API offers to read them. */
final class JobTexts implements JobFiles {
    private static final String FILE = "job.nomad";
    private static final String VARIABLES = "variables.hcl";

    @Override
    public JobSpec parse(String source, String variables) throws Refused {
        var files = variables.isBlank() ? List.<Source>of() : List.of(new Source(VARIABLES, variables));
        var usual = ParseOptions.none();
        try {
            return JobFile.parse(FILE, source, new ParseOptions(Map.of(), files, Map.of(), usual.functions()))
                    .job();
        } catch (DiagnosticException mistakes) {
            throw Refused.invalid(mistakes.getMessage());
        }
    }

    @Override
    public List<String> problems(JobSpec job) {
        return JobAdmission.check(job).problems();
    }
}
