package dev.steppe.jobspec;

import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.util.Map;

/** Reads jobs in JSON: in the API's shape, bare or as the value of {@code Job}, or HCL2 in JSON syntax. */
final class JobJson {
    private JobJson() {}

    static ParsedJob parse(Source source, ParseOptions options) throws DiagnosticException {
        Map<String, Object> job;
        try {
            job = BlockReader.asMap(Codec.fromJson(Object.class, source.text()));
        } catch (CodecException refusal) {
            throw refuse(source, "The file is not JSON: " + refusal.getMessage());
        }
        if (JsonBodies.ROOTS.stream().anyMatch(job::containsKey)) {
            return JobFile.read(JsonBodies.file(source), source, options);
        }
        if (job.get("Job") instanceof Map<?, ?> inner) {
            job = BlockReader.asMap(inner);
        }
        Findings findings = new Findings();
        Map<String, Object> complete = new Completion(findings, source.range(0, 0)).complete(job);
        return JobFile.parsed(complete, findings, source);
    }

    private static DiagnosticException refuse(Source source, String message) {
        return new DiagnosticException(Diagnostic.error(source.range(0, 0), message, ""));
    }
}
