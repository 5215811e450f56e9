package dev.steppe.jobspec;

import dev.steppe.language.hcl.Body;
import dev.steppe.language.hcl.Evaluator;
import dev.steppe.language.hcl.Hcl;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import dev.steppe.language.source.SourceRange;
import dev.steppe.language.source.Spelling;
import dev.steppe.model.JobSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.model.specification.Examination;
import dev.steppe.model.specification.Finding;
import dev.steppe.model.specification.Problem;
import dev.steppe.model.specification.Rules;
import java.util.List;
import java.util.Map;

/**
 * Reads job files: HCL2, and when the text begins with a brace HCL2 in JSON syntax or the API's JSON. A refused file is an exception that holds
 * everything found wrong in it, with places. Stateless.
 */
public final class JobFile {
    private static final List<String> ROOT_BLOCKS = List.of("job", "variable", "variables", "locals");

    private JobFile() {}

    /** Reads a file, with values for its variables as texts. */
    public static ParsedJob parse(String fileName, String text, Map<String, String> variables)
            throws DiagnosticException {
        return parse(fileName, text, ParseOptions.of(variables));
    }

    /** Reads a file. */
    public static ParsedJob parse(String fileName, String text, ParseOptions options) throws DiagnosticException {
        Source source = new Source(fileName, text);
        return text.stripLeading().startsWith("{")
                ? JobJson.parse(source, options)
                : read(Hcl.parseBody(source), source, options);
    }

    /**
     * A job from the fields that an API client sent, completed as a job file is: policies that say only a part get the
     * rest from the job's type, services and checks without a name get one, old places of networks count.
     *
     * @throws CodecException when the fields are not those of a job; the message names the field
     */
    public static JobSpec fromApi(Map<String, Object> fields) throws CodecException {
        Findings unused = new Findings();
        SourceRange nowhere = SourceRange.nowhere();
        Map<String, Object> complete = new Completion(unused, nowhere).complete(BlockReader.asMap(fields));
        return Codec.fromJson(JobSpec.class, Codec.toJsonBytes(complete, false));
    }

    /** The job of a file whose syntax was read. */
    static ParsedJob read(Body file, Source source, ParseOptions options) throws DiagnosticException {
        Findings findings = new Findings();
        checkRoot(file, findings);
        Evaluator evaluator = new Evaluator(options.functions());
        Variables variables = new Variables(evaluator, findings);
        Map<String, dev.steppe.language.value.Value> values = variables.read(file, options);
        Locals locals = new Locals(evaluator, findings);
        JobScope scope = locals.read(file, values);
        List<Body.Block> jobs = file.blocks("job");
        if (jobs.size() != 1) {
            SourceRange range =
                    jobs.isEmpty() ? source.range(0, 0) : jobs.getLast().range();
            findings.error(range, "A job file holds exactly one job block, this one holds " + jobs.size(), "");
        }
        // Values that are missing would only cause more mistakes further down.
        failOnErrors(findings);
        JobReader reader = new JobReader(new BlockReader(evaluator, findings), findings);
        Map<String, Object> job = reader.read(OpenBlock.of(jobs.getFirst(), scope));
        failOnErrors(findings);
        return parsed(job, findings, source);
    }

    private static void checkRoot(Body file, Findings findings) {
        for (Body.Item item : file.items()) {
            switch (item) {
                case Body.Attribute attribute ->
                    findings.error(
                            attribute.nameRange(),
                            "\"" + attribute.name() + "\" stands outside of the job block",
                            "At this level only blocks are allowed: " + String.join(", ", ROOT_BLOCKS) + ".");
                case Body.Block block -> {
                    if (!ROOT_BLOCKS.contains(block.type())) {
                        findings.error(
                                block.range(),
                                "A job file has no block \"" + block.type() + "\" at this level",
                                Spelling.suggestion(block.type(), ROOT_BLOCKS));
                    }
                }
            }
        }
    }

    private static void failOnErrors(Findings findings) throws DiagnosticException {
        if (findings.hasErrors()) {
            throw new DiagnosticException(findings.inOrder());
        }
    }

    /** The job, if nothing is wrong with it; what it asks for and does not get is a notice. */
    static ParsedJob parsed(Map<String, Object> fields, Findings findings, Source source) throws DiagnosticException {
        JobSpec job = toSpec(fields, findings, source);
        SourceRange start = source.range(0, 0);
        for (Problem problem : Rules.broken(job)) {
            findings.error(findings.placeOf(problem.path(), start), problem.message(), "");
        }
        failOnErrors(findings);
        for (Finding finding : Examination.of(job)) {
            findings.notice(findings.placeOf(finding.path(), start), finding.message(), "");
        }
        return new ParsedJob(job, findings.inOrder());
    }

    /** Builds the records, which check themselves and fill in what was left out. */
    private static JobSpec toSpec(Map<String, Object> job, Findings findings, Source source)
            throws DiagnosticException {
        try {
            return Codec.fromJson(JobSpec.class, Codec.toJsonBytes(job, false));
        } catch (CodecException refusal) {
            String message = refusal.getMessage();
            String place = refusal.place();
            boolean known = !place.isEmpty() && findings.knowsPlaces();
            String problem = known ? message.substring(place.length() + 2) : message;
            findings.error(findings.placeOf(place, source.range(0, 0)), problem, "");
            throw new DiagnosticException(findings.inOrder());
        }
    }
}
