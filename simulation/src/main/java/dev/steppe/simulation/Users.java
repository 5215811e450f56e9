package dev.steppe.simulation;

import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobSpec;
import dev.steppe.model.Refusal;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.server.JobEndpoint;
import dev.steppe.server.Reply;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * People who register, change and stop jobs, and remember what they were told: which revisions of a job the cluster may
 * hold, given every answer so far.
 */
final class Users {
    private static final int JOBS = 6;

    private final VirtualTime time;
    private final SplittableRandom random;
    private final TreeMap<JobKey, TreeSet<Wish>> possible = new TreeMap<>();
    private final TreeMap<JobKey, Wish> underWay = new TreeMap<>();
    private long revision;
    private long acknowledgedIndex;
    private int acknowledged;

    /** What a user wants of a job: this revision of it, running or stopped. Revision 0 is no job at all. */
    record Wish(long revision, boolean stopped) implements Comparable<Wish> {
        static final Wish NOTHING = new Wish(0, true);

        @Override
        public int compareTo(Wish other) {
            int byRevision = Long.compare(revision, other.revision);
            return byRevision != 0 ? byRevision : Boolean.compare(stopped, other.stopped);
        }
    }

    Users(VirtualTime time) {
        this.time = time;
        this.random = time.split();
    }

    /** What the cluster may hold of each job that was ever asked for. */
    Map<JobKey, TreeSet<Wish>> possible() {
        return possible;
    }

    /** The newest index any answer named. */
    long acknowledgedIndex() {
        return acknowledgedIndex;
    }

    int acknowledged() {
        return acknowledged;
    }

    /** Asks for something, unless the last request for the same job is not answered yet. */
    void ask(Cluster cluster) {
        var server = cluster.server();
        int number = random.nextInt(JOBS);
        var type = number < 3 ? "service" : number < 5 ? "batch" : "system";
        var key = new JobKey("default", new JobId(type + number));
        if (server.isEmpty() || underWay.containsKey(key)) {
            return;
        }
        var known = known(key);
        var endpoint = server.get().jobs();
        boolean certain = known.size() == 1 && !known.contains(Wish.NOTHING);
        switch (certain ? random.nextInt(8) : 7) {
            case 0 ->
                request(key, new Wish(known.first().revision(), true), then -> endpoint.deregister(key, false, then));
            case 1 -> request(key, Wish.NOTHING, then -> endpoint.deregister(key, true, then));
            case 2 -> request(key, known.first(), then -> endpoint.evaluate(key, false, then));
            default -> {
                var spec = spec(key, type);
                request(key, new Wish(revision, false), then -> endpoint.register(spec, Optional.empty(), then));
            }
        }
    }

    private TreeSet<Wish> known(JobKey key) {
        return possible.computeIfAbsent(key, it -> new TreeSet<>(List.of(Wish.NOTHING)));
    }

    /** The server's process ended: nobody will answer. */
    void connectionLost() {
        underWay.clear();
    }

    private void request(JobKey key, Wish wish, Consumer<Consumer<Reply<JobEndpoint.Registered>>> call) {
        var known = known(key);
        boolean knownBefore = known.contains(wish);
        known.add(wish);
        underWay.put(key, wish);
        call.accept(reply -> {
            if (underWay.get(key) != wish) {
                return;
            }
            underWay.remove(key);
            switch (reply) {
                case Reply.Done<JobEndpoint.Registered> done -> {
                    known.clear();
                    known.add(wish);
                    acknowledged++;
                    acknowledgedIndex = Math.max(acknowledgedIndex, done.index());
                    time.note(done.index());
                }
                case Reply.Refused<JobEndpoint.Registered> refused -> {
                    boolean unknown = refused.refusal().code() == Refusal.Code.UNAVAILABLE
                            && refused.refusal().message().contains("not known whether");
                    if (!unknown && !knownBefore) {
                        known.remove(wish);
                    }
                }
            }
        });
    }

    private JobSpec spec(JobKey key, String type) {
        return switch (type) {
            case "service" -> spec(key, type, random.nextInt(1, 4), "{}", random.nextInt(3) == 0);
            case "batch" -> {
                var config = "{\"run_seconds\":%d,\"exit_code\":%d}"
                        .formatted(random.nextInt(1, 15), random.nextInt(4) == 0 ? 1 : 0);
                yield spec(key, type, random.nextInt(1, 3), config, false);
            }
            default -> spec(key, type, 1, "{}", random.nextInt(3) == 0);
        };
    }

    private JobSpec spec(JobKey key, String type, int count, String config, boolean port) {
        revision++;
        var json = """
                {"ID":"%s","Type":"%s","Meta":{"revision":"%d"},"TaskGroups":[{"Name":"g","Count":%d%s,
                  "RestartPolicy":{"Attempts":1,"Interval":60000000000,"Delay":500000000,"Mode":"fail"},
                  "Tasks":[%s]}]}
                """.formatted(
                        key.id(),
                        type,
                        revision,
                        count,
                        port ? ",\"Networks\":[{\"Mode\":\"host\",\"DynamicPorts\":[{\"Label\":\"http\"}]}]" : "",
                        tasks(config));
        try {
            return Codec.fromJson(JobSpec.class, json);
        } catch (CodecException wrong) {
            throw new IllegalStateException("the simulated job is not one: " + json, wrong);
        }
    }

    /** Mostly one main task; sometimes two, and sometimes one with helpers before, beside and after it. */
    private String tasks(String config) {
        return switch (random.nextInt(5)) {
            case 0 -> task("t", config, "") + "," + task("u", config, "");
            case 1 ->
                task("t", config, "") + "," + task("pre", "{\"run_seconds\":1}", hook("prestart", false)) + ","
                        + task("beside", "{}", hook("prestart", true)) + ","
                        + task("post", "{\"run_seconds\":1}", hook("poststop", false));
            default -> task("t", config, "");
        };
    }

    private static String hook(String name, boolean sidecar) {
        return "\"Lifecycle\":{\"Hook\":\"" + name + "\",\"Sidecar\":" + sidecar + "},";
    }

    private String task(String name, String config, String lifecycle) {
        return """
                {"Name":"%s","Driver":"raw_exec",%s"Config":%s,"Env":{"REVISION":"%d"},
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
