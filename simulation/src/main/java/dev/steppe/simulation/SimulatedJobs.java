package dev.steppe.simulation;

import dev.steppe.model.JobKey;
import dev.steppe.model.JobSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.util.SplittableRandom;

/** Makes jobs of every type, with whatever else a job may have that concerns several servers or nodes. */
final class SimulatedJobs {
    /** The priority of jobs that others make room for; usual ones have 50. */
    static final int URGENT = 80;

    private final SplittableRandom random;

    SimulatedJobs(SplittableRandom random) {
        this.random = random;
    }

    /** A revision of a job; its meta say which. */
    JobSpec make(JobKey key, String type, long revision) {
        return switch (type) {
            case "service" ->
                spec(
                        key,
                        type,
                        "",
                        random.nextInt(1, 4),
                        port() + disconnect() + update(),
                        tasks("{}", revision),
                        revision);
            case "batch" -> spec(key, type, "", random.nextInt(1, 3), "", tasks(ending(), revision), revision);
            case "periodic" -> spec(key, "batch", periodic(), 1, "", task("t", ending(), "", revision), revision);
            default ->
                random.nextInt(3) == 0
                        ? spec(key, type, ",\"Priority\":" + URGENT, 1, "", greedy(revision), revision)
                        : spec(key, type, "", 1, port(), tasks("{}", revision), revision);
        };
    }

    /** Needs room that others may have. */
    private String greedy(long revision) {
        return task("t", "{}", "", revision).replaceFirst("\"CPU\":\\d+", "\"CPU\":" + random.nextInt(1000, 1300));
    }

    /** Sometimes a new version is tried beside the one before, and somebody or nobody has to approve it. */
    private String update() {
        return random.nextInt(3) == 0
                ? (",\"Update\":{\"MaxParallel\":%d,\"Canary\":%d,\"AutoPromote\":%b,\"MinHealthyTime\":1000000000,"
                                + "\"HealthyDeadline\":20000000000,\"ProgressDeadline\":40000000000}")
                        .formatted(random.nextInt(1, 3), random.nextInt(1, 3), random.nextBoolean())
                : "";
    }

    private String ending() {
        return "{\"run_seconds\":%d,\"exit_code\":%d}".formatted(random.nextInt(1, 15), random.nextInt(4) == 0 ? 1 : 0);
    }

    private String port() {
        return random.nextInt(3) == 0
                ? ",\"Networks\":[{\"Mode\":\"host\",\"DynamicPorts\":[{\"Label\":\"http\"}]}]"
                : "";
    }

    private String disconnect() {
        long nanos = 1_000_000_000L * random.nextInt(5, 60);
        return switch (random.nextInt(6)) {
            case 0 ->
                ",\"Disconnect\":{\"LostAfter\":%d,\"Replace\":%b,\"Reconcile\":\"%s\"}"
                        .formatted(
                                nanos,
                                random.nextBoolean(),
                                random.nextBoolean() ? "keep_original" : "keep_replacement");
            case 1 -> ",\"Disconnect\":{\"StopOnClientAfter\":%d}".formatted(nanos);
            case 2 -> ",\"Disconnect\":{\"Replace\":false}";
            default -> "";
        };
    }

    private String periodic() {
        return ",\"Periodic\":{\"Spec\":\"*/%d * * * * * *\",\"ProhibitOverlap\":%b}"
                .formatted(random.nextInt(5, 20), random.nextBoolean());
    }

    private static JobSpec spec(
            JobKey key, String type, String launches, int count, String more, String tasks, long revision) {
        var json = """
                {"ID":"%s","Type":"%s","Meta":{"revision":"%d"}%s,"TaskGroups":[{"Name":"g","Count":%d%s,
                  "RestartPolicy":{"Attempts":1,"Interval":60000000000,"Delay":500000000,"Mode":"fail"},
                  "Tasks":[%s]}]}
                """.formatted(key.id(), type, revision, launches, count, more, tasks);
        try {
            return Codec.fromJson(JobSpec.class, json);
        } catch (CodecException wrong) {
            throw new IllegalStateException("the simulated job is not one: " + json, wrong);
        }
    }

    /** Mostly one main task; sometimes two, and sometimes one with helpers before, beside and after it. */
    private String tasks(String config, long revision) {
        return switch (random.nextInt(5)) {
            case 0 -> task("t", config, "", revision) + "," + task("u", config, "", revision);
            case 1 ->
                task("t", config, "", revision) + ","
                        + task("pre", "{\"run_seconds\":1}", hook("prestart", false), revision) + ","
                        + task("beside", "{}", hook("prestart", true), revision) + ","
                        + task("post", "{\"run_seconds\":1}", hook("poststop", false), revision);
            default -> task("t", config, "", revision);
        };
    }

    private static String hook(String name, boolean sidecar) {
        return "\"Lifecycle\":{\"Hook\":\"" + name + "\",\"Sidecar\":" + sidecar + "},";
    }

    private String task(String name, String config, String lifecycle, long revision) {
        return """
                {"Name":"%s","Driver":"simulated",%s"Config":%s,"Env":{"REVISION":"%d"},
                 "Resources":{"CPU":%d,"MemoryMB":%d}}
                """.formatted(
                        name,
                        lifecycle,
                        config,
                        random.nextInt(3) == 0 ? 0 : revision,
                        random.nextInt(15, 80),
                        random.nextInt(15, 80));
    }
}
