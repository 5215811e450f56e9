package dev.steppe.api.nomad;

import dev.steppe.api.http.Bytes;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.jobspec.JobFile;
import dev.steppe.model.JobSpec;
import dev.steppe.model.Submission;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.server.JobEndpoint;
import dev.steppe.server.RegisterOptions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads the bodies of job writes: what an official client sends, without the fields only servers set. */
final class JobBodies {
    /** A job that was read from the API and is sent back carries these; they say nothing about what is wanted. */
    private static final List<String> SET_BY_SERVERS = List.of(
            "Stop",
            "Status",
            "StatusDescription",
            "Stable",
            "Version",
            "SubmitTime",
            "CreateIndex",
            "ModifyIndex",
            "JobModifyIndex",
            "NomadTokenID",
            "ParentID",
            "Dispatched",
            "DispatchIdempotencyToken",
            "Payload",
            "VersionTag");

    private JobBodies() {}

    static JobEndpoint.Wish registration(Request request, String region) throws Refused {
        var body = object(request.requiredBody());
        var job = jobIn(body);
        job.ifPresent(fields -> place(fields, request, region));
        if (job.isEmpty()) {
            throw Refused.invalid("Job must be specified");
        }
        return new JobEndpoint.Wish(spec(job.get()), submission(body), options(body));
    }

    private static RegisterOptions options(Map<String, Object> body) throws Refused {
        Optional<Long> enforced =
                flag(body, "EnforceIndex") && body.getOrDefault("JobModifyIndex", 0L) instanceof Number index
                        ? Optional.of(index.longValue())
                        : Optional.empty();
        Optional<Integer> priority = Optional.empty();
        if (body.get("EvalPriority") instanceof Number given && given.longValue() != 0) {
            if (given.longValue() < 1 || given.longValue() > 100) {
                throw Refused.invalid("EvalPriority " + given + " must be between 1 and 100");
            }
            priority = Optional.of(given.intValue());
        }
        return new RegisterOptions(enforced, priority, flag(body, "PreserveCounts"), flag(body, "PreserveResources"));
    }

    private static boolean flag(Map<String, Object> body, String name) {
        return Boolean.TRUE.equals(body.get(name));
    }

    private static Optional<Submission> submission(Map<String, Object> body) throws Refused {
        if (!(body.get("Submission") instanceof Map<?, ?> fields)) {
            return Optional.empty();
        }
        try {
            var submission = Codec.fromJson(Submission.class, Codec.toJson(fields));
            return submission.source().isEmpty() ? Optional.empty() : Optional.of(submission);
        } catch (CodecException wrong) {
            throw Refused.invalid("Submission: " + wrong.getMessage());
        }
    }

    /** The fields of the body. */
    static SortedMap<String, Object> object(Bytes body) throws Refused {
        try {
            var read = Codec.fromJson(Object.class, body.text());
            if (read instanceof Map<?, ?> fields) {
                var copy = new TreeMap<String, Object>();
                fields.forEach((name, value) -> copy.put(String.valueOf(name), value));
                return copy;
            }
        } catch (CodecException malformed) {
            throw Refused.invalid("the request body is not valid JSON: " + malformed.getMessage());
        }
        throw Refused.invalid("the request body must be a JSON object");
    }

    private static Optional<SortedMap<String, Object>> jobIn(Map<String, Object> body) {
        if (!(body.get("Job") instanceof Map<?, ?> fields)) {
            return Optional.empty();
        }
        var job = new TreeMap<String, Object>();
        fields.forEach((name, value) -> job.put(String.valueOf(name), value));
        SET_BY_SERVERS.forEach(job::remove);
        return Optional.of(job);
    }

    /** Namespace: query, then body's job, then default. Region: {@code global} or nothing means this one. */
    private static void place(SortedMap<String, Object> job, Request request, String region) {
        request.query().text("namespace").ifPresent(namespace -> job.put("Namespace", namespace));
        var asked = job.getOrDefault("Region", "");
        if (asked.equals("") || asked.equals("global")) {
            job.put("Region", region);
        }
    }

    /** A job in a body must be the one that the path names. */
    static void checkId(JobSpec job, Request request) throws Refused {
        if (!job.id().value().equals(request.name("id"))) {
            throw Refused.invalid("Job ID does not match: the path says \"" + request.name("id") + "\", the body \""
                    + job.id() + "\"");
        }
    }

    private static JobSpec spec(Map<String, Object> job) throws Refused {
        try {
            return JobFile.fromApi(job);
        } catch (CodecException wrong) {
            throw new Refused(Refused.Kind.RULE_BROKEN, "job specification: " + wrong.getMessage());
        }
    }
}
