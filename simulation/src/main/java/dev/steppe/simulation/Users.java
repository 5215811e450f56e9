package dev.steppe.simulation;

import dev.steppe.consensus.Member;
import dev.steppe.consensus.MemberId;
import dev.steppe.consensus.Members;
import dev.steppe.model.Deployment;
import dev.steppe.model.DeploymentId;
import dev.steppe.model.DeploymentState;
import dev.steppe.model.Job;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.Refusal;
import dev.steppe.server.DeploymentEndpoint;
import dev.steppe.server.JobEndpoint;
import dev.steppe.server.Newcomer;
import dev.steppe.server.NodeEndpoint;
import dev.steppe.server.Reply;
import dev.steppe.state.LogFormat;
import dev.steppe.state.Snapshot;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * People who register, change and stop jobs and empty nodes, through any server, and remember what they were told: which
 * revisions of a job the cluster may hold, given every answer so far.
 */
final class Users {
    private static final List<String> TYPES =
            List.of("service", "service", "service", "batch", "batch", "system", "periodic");
    private static final SortedMap<String, String> NO_WORDS = Collections.emptySortedMap();
    private static final int NODE_PERCENT = 15;
    private static final int DEPLOYMENT_PERCENT = 10;
    private static final int MEMBERS_PERCENT = 6;
    /** Asked for so many, newcomers are taken in without waiting. */
    private static final int SERVERS_MANY = 99;

    /** Who has no answer by then does not know what became of the request, but that it is not under way any more. */
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

    private final VirtualTime time;
    private final Cluster cluster;
    private final SplittableRandom random;
    private final SimulatedJobs specs;
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

    Users(VirtualTime time, Cluster cluster) {
        this.time = time;
        this.cluster = cluster;
        this.random = time.split();
        this.specs = new SimulatedJobs(time.split());
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

    /** Asks some server for something, unless the last request for the same job is not answered yet. */
    void ask() {
        var server = cluster.servers().get(random.nextInt(cluster.servers().size()));
        if (random.nextInt(100) < NODE_PERCENT) {
            askForNode(server);
            return;
        }
        if (random.nextInt(100) < MEMBERS_PERCENT) {
            changeMembers(server);
            return;
        }
        if (random.nextInt(100) < DEPLOYMENT_PERCENT) {
            judgeSomeDeployment(server);
            return;
        }
        int number = random.nextInt(TYPES.size());
        var type = TYPES.get(number);
        var key = new JobKey("default", new JobId(type + number));
        if (underWay.containsKey(key)) {
            return;
        }
        var known = known(key);
        boolean certain = known.size() == 1 && !known.contains(Wish.NOTHING);
        switch (certain ? random.nextInt(8) : 7) {
            case 0 -> stop(server, key, known.first().revision());
            case 1 -> request(server, key, Wish.NOTHING, (it, then) -> it.jobs().deregister(key, true, then));
            case 2 ->
                request(server, key, known.first(), (it, then) -> it.jobs().evaluate(key, false, then));
            default -> {
                revision++;
                var spec = specs.make(key, type, revision);
                request(
                        server,
                        key,
                        new Wish(revision, false),
                        (it, then) -> it.jobs().register(spec, Optional.empty(), then));
            }
        }
    }

    private void stop(Cluster.SimulatedServer server, JobKey key, long held) {
        request(server, key, new Wish(held, true), (it, then) -> it.jobs().deregister(key, false, then));
    }

    private void askForNode(Cluster.SimulatedServer server) {
        var node = new NodeId(
                cluster.nodes().get(random.nextInt(cluster.nodes().size())).name());
        var deadline = Duration.ofSeconds(random.nextInt(4) == 0 ? -1 : random.nextInt(5, 40));
        var wish = new NodeEndpoint.DrainWish(deadline, random.nextBoolean());
        switch (random.nextInt(4)) {
            case 0 -> change(server, (it, then) -> it.nodes().setEligibility(node, random.nextBoolean(), then));
            case 1 -> change(server, (it, then) -> it.nodes().endDrain(node, true, NO_WORDS, then));
            default -> change(server, (it, then) -> it.nodes().drain(node, wish, NO_WORDS, then));
        }
    }

    /** Takes a server in that was none or was removed, or removes one. */
    private void changeMembers(Cluster.SimulatedServer asked) {
        var members = cluster.members();
        var other =
                cluster.servers().get(random.nextInt(cluster.servers().size())).name();
        if (members.isEmpty()) {
            return;
        }
        if (!members.contains(other)) {
            var newcomer = new Newcomer(Member.alone(new MemberId(other)), other, SERVERS_MANY, LogFormat.NEWEST);
            cluster.<Members>ask(asked, (it, then) -> it.operator().join(newcomer, then), reply -> {});
        } else if (members.size() > 1) {
            cluster.<Members>ask(asked, (it, then) -> it.operator().remove(other, then), reply -> {});
        }
    }

    /** Approves canaries, or gives a new version up. */
    private void judgeSomeDeployment(Cluster.SimulatedServer server) {
        var active = cluster.ledState().stream().flatMap(Users::active).toList();
        if (!active.isEmpty()) {
            var id = active.get(random.nextInt(active.size())).id();
            if (random.nextInt(4) == 0) {
                judge(server, (it, then) -> it.deployments().fail(id, then));
            } else {
                promote(server, id);
            }
        }
    }

    private static Stream<Deployment> active(Snapshot state) {
        return StreamSupport.stream(state.deployments().spliterator(), false).filter(Deployment::isActive);
    }

    private void promote(Cluster.SimulatedServer server, DeploymentId id) {
        judge(server, (it, then) -> it.deployments().promote(id, List.of(), then));
    }

    private void judge(Cluster.SimulatedServer server, Cluster.Call<DeploymentEndpoint.Changed> call) {
        cluster.ask(server, call, reply -> {
            if (reply instanceof Reply.Done<DeploymentEndpoint.Changed> done) {
                acknowledged(done.index());
            }
        });
    }

    private void change(Cluster.SimulatedServer server, Cluster.Call<NodeEndpoint.Changed> call) {
        cluster.ask(server, call, reply -> {
            if (reply instanceof Reply.Done<NodeEndpoint.Changed> done) {
                acknowledged(done.index());
            }
        });
    }

    /** Wants what can come to rest: nodes that take allocations, nothing that launches for ever or takes all the room, and no canaries that wait. */
    void settle() {
        var leader = cluster.leader();
        var state = cluster.ledState();
        if (leader.isEmpty() || state.isEmpty()) {
            return;
        }
        for (Node node : state.get().nodes()) {
            if (node.drain().isEmpty() && !node.eligibility().equals(Node.ELIGIBLE)) {
                change(leader.get(), (it, then) -> it.nodes().setEligibility(node.id(), true, then));
            }
        }
        active(state.get())
                .filter(deployment -> deployment.taskGroups().values().stream().anyMatch(DeploymentState::isTrying))
                .forEach(deployment -> promote(leader.get(), deployment.id()));
        for (JobKey key : possible.keySet()) {
            state.get()
                    .job(key)
                    .filter(job -> job.isLaunching() || isUrgent(job) && !job.stop())
                    .filter(job -> !underWay.containsKey(key))
                    .ifPresent(job -> stop(leader.get(), key, revision(job)));
        }
    }

    /** While it runs there may be no room for others. */
    private static boolean isUrgent(Job job) {
        return job.spec().priority() == SimulatedJobs.URGENT;
    }

    /** The revision of a job that the state holds. */
    static long revision(Job job) {
        return Long.parseLong(job.spec().meta().getOrDefault("revision", "0"));
    }

    private TreeSet<Wish> known(JobKey key) {
        return possible.computeIfAbsent(key, it -> new TreeSet<>(List.of(Wish.NOTHING)));
    }

    private void acknowledged(long index) {
        acknowledged++;
        acknowledgedIndex = Math.max(acknowledgedIndex, index);
        time.note(index);
    }

    private void request(
            Cluster.SimulatedServer server, JobKey key, Wish wish, Cluster.Call<JobEndpoint.Registered> call) {
        var known = known(key);
        boolean knownBefore = known.contains(wish);
        known.add(wish);
        underWay.put(key, wish);
        time.after(ANSWER_WITHIN, "user gives up", () -> {
            if (underWay.get(key) == wish) {
                underWay.remove(key);
            }
        });
        cluster.ask(server, call, reply -> {
            if (underWay.get(key) != wish) {
                return;
            }
            switch (reply) {
                case Reply.Done<JobEndpoint.Registered> done -> {
                    underWay.remove(key);
                    known.clear();
                    known.add(wish);
                    acknowledged(done.index());
                }
                case Reply.Refused<JobEndpoint.Registered> refused -> {
                    boolean unknown = refused.refusal().code() == Refusal.Code.UNAVAILABLE
                            && refused.refusal().message().contains("not known whether");
                    if (!unknown) {
                        underWay.remove(key);
                        if (!knownBefore) {
                            known.remove(wish);
                        }
                    }
                    // else nobody asks again before it is certain that it is not under way any more
                }
            }
        });
    }
}
