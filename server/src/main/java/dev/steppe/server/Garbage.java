package dev.steppe.server;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.Deployment;
import dev.steppe.model.DeploymentId;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.Job;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobType;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.Submission;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Forgets what ended: all of it after its time, and the oldest before that when there is too much of it. So memory is
 * bounded by what runs, however much ends.
 */
final class Garbage implements Controller {
    /** At most this many records of a kind in one command, so that no log entry becomes large. */
    private static final int BATCH = 1_000;

    /** So many allocations are looked at a second, so that nothing else waits long meanwhile however many there are. */
    private static final int PIECE = 100_000;

    private static final Duration BETWEEN_PIECES = Duration.ofSeconds(1);

    private final Server.Retention retention;
    private final int piece;
    private Instant lastRun = Instant.EPOCH;
    private Instant lastPiece = Instant.EPOCH;
    /** Where the next piece begins; empty when all have been looked at, or none. */
    private Optional<AllocationId> next = Optional.empty();

    private boolean walked;
    private final List<AllocationId> ended = new ArrayList<>();

    Garbage(Server.Retention retention) {
        this(retention, PIECE);
    }

    Garbage(Server.Retention retention, int piece) {
        this.retention = retention;
        this.piece = piece;
    }

    /** What forgets all that is over now, as much as fits into one command. */
    static List<Command> everything(Snapshot snapshot, Instant now) {
        var nothing = Duration.ZERO;
        var retention =
                new Server.Retention(nothing, nothing, nothing, nothing, nothing, nothing, Server.Most.standard());
        return new Garbage(retention, Integer.MAX_VALUE).decide(snapshot, now);
    }

    @Override
    public String name() {
        return "garbage";
    }

    @Override
    public List<Command> decide(Snapshot snapshot, Instant now) {
        boolean due =
                now.isBefore(lastRun) || !lastRun.plus(retention.lookEvery()).isAfter(now);
        if (!due || !hasWalked(snapshot, now)) {
            return List.of();
        }
        var evaluations = evaluations(snapshot, now);
        var jobs = jobs(snapshot, now);
        var allocations = allocations(snapshot, new TreeSet<>(jobs), now);
        var deployments = deployments(snapshot, jobs, now);
        boolean more = Math.max(evaluations.size(), Math.max(jobs.size(), allocations.size())) == BATCH;
        // what does not fit into one command goes into the next at once
        lastRun = more ? lastRun : now;
        walked = more;
        ended.removeAll(Set.copyOf(allocations));
        var commands = new ArrayList<Command>();
        if (!evaluations.isEmpty() || !jobs.isEmpty() || !allocations.isEmpty() || !deployments.isEmpty()) {
            commands.add(new Command.Collect(evaluations, allocations, jobs, deployments, now));
        }
        var nodes = lostNodes(snapshot, now);
        if (!nodes.isEmpty()) {
            commands.add(new Command.RemoveNodes(nodes, List.of(), now));
        }
        return commands;
    }

    /** Looks which allocations have ended, piece by piece; true when all have been looked at. */
    private boolean hasWalked(Snapshot snapshot, Instant now) {
        if (walked) {
            return true;
        }
        if (next.isEmpty()) {
            ended.clear();
        } else if (!now.isBefore(lastPiece) && lastPiece.plus(BETWEEN_PIECES).isAfter(now)) {
            return false;
        }
        lastPiece = now;
        int looked = 0;
        for (Allocation allocation : next.map(snapshot::allocationsFrom).orElseGet(snapshot::allocations)) {
            if (looked++ == piece) {
                next = Optional.of(allocation.id());
                return false;
            }
            if (allocation.client().status().isTerminal()) {
                ended.add(allocation.id());
            }
        }
        next = Optional.empty();
        walked = true;
        return true;
    }

    @Override
    public void forget() {
        next = Optional.empty();
        walked = false;
        ended.clear();
    }

    /** Nodes that are down for long, and on which nothing is left that anybody asks about. */
    private List<NodeId> lostNodes(Snapshot snapshot, Instant now) {
        var found = new ArrayList<NodeId>();
        for (Node node : snapshot.nodes()) {
            boolean over = node.status() == NodeStatus.DOWN
                    && node.statusUpdatedAt().plus(retention.nodes()).isBefore(now)
                    && snapshot.allocationsOn(node.id()).stream()
                            .allMatch(allocation -> allocation.client().status().isTerminal());
            if (over && found.size() < BATCH) {
                found.add(node.id());
            }
        }
        return found;
    }

    private List<EvaluationId> evaluations(Snapshot snapshot, Instant now) {
        var over = new ArrayList<Evaluation>();
        for (Evaluation evaluation : snapshot.evaluations()) {
            if (evaluation.status().isTerminal()) {
                over.add(evaluation);
            }
        }
        return forgotten(
                over,
                Evaluation::modifyTime,
                it -> now.minus(patience(snapshot, it.jobKey())),
                over.size() - retention.most().evaluations(),
                Evaluation::id);
    }

    private List<AllocationId> allocations(Snapshot snapshot, TreeSet<JobKey> forgotten, Instant now) {
        var over = new ArrayList<Allocation>();
        for (AllocationId id : ended) {
            snapshot.allocation(id)
                    .filter(it -> it.client().status().isTerminal())
                    .filter(it -> !isNeeded(snapshot, forgotten, it))
                    .ifPresent(over::add);
        }
        return forgotten(
                over,
                Allocation::modifyTime,
                it -> now.minus(patience(snapshot, it.jobKey())),
                over.size() - retention.most().allocations(),
                Allocation::id);
    }

    /** What a batch job did is asked about for longer, as long as there is the job. */
    private Duration patience(Snapshot snapshot, JobKey job) {
        boolean batch = snapshot.job(job).filter(it -> it.spec().type().ends()).isPresent();
        return batch ? retention.batchEvaluations() : retention.evaluations();
    }

    /** What ended of itself and nothing replaced tells its job how far it is, of a service also in an older version. */
    private static boolean isNeeded(Snapshot snapshot, TreeSet<JobKey> forgotten, Allocation allocation) {
        return allocation.desiredStatus() == DesiredStatus.RUN
                && allocation.next().isEmpty()
                && !forgotten.contains(allocation.jobKey())
                && snapshot.job(allocation.jobKey())
                        .filter(job -> job.tookOver(allocation)
                                && (job.spec().type() == JobType.SERVICE || job.version() == allocation.jobVersion()))
                        .isPresent();
    }

    private List<JobKey> jobs(Snapshot snapshot, Instant now) {
        var over = new ArrayList<Job>();
        for (Job job : snapshot.jobs()) {
            if (isOver(snapshot, job)) {
                over.add(job);
            }
        }
        long tooMany = Math.max(over.size() - retention.most().jobs(), tooLarge(snapshot, over));
        return forgotten(over, job -> ended(snapshot, job), job -> now.minus(retention.jobs()), tooMany, Job::key);
    }

    /** How many of the oldest jobs have to go until the sources and payloads of the rest fit. */
    private long tooLarge(Snapshot snapshot, List<Job> over) {
        long bytes = over.stream().mapToLong(job -> bytes(snapshot, job)).sum();
        int gone = 0;
        over.sort(Comparator.comparing((Job job) -> ended(snapshot, job)).thenComparing(Job::key));
        while (bytes > retention.most().bytes() && gone < over.size()) {
            bytes -= bytes(snapshot, over.get(gone));
            gone++;
        }
        return gone;
    }

    private static long bytes(Snapshot snapshot, Job job) {
        return job.origin().payload().length
                + snapshot.versionsOf(job.key()).stream()
                        .flatMap(version -> snapshot.submission(job.key(), version.version()).stream())
                        .mapToLong(Submission::characters)
                        .sum();
    }

    /** The oldest: those whose time is over, and as many as there are too many. */
    private static <T, I> List<I> forgotten(
            List<T> over, Function<T, Instant> ended, Function<T, Instant> before, long tooMany, Function<T, I> id) {
        boolean anyTooMany = tooMany > 0;
        if (anyTooMany) {
            over.sort(Comparator.comparing(ended));
        }
        var found = new ArrayList<I>();
        int position = 0;
        for (T each : over) {
            if (found.size() == BATCH) {
                break;
            }
            if (position++ < tooMany || ended.apply(each).isBefore(before.apply(each))) {
                found.add(id.apply(each));
            }
        }
        return found;
    }

    /** The newest one of a job stays with it: it tells whether the job's version is to be tried again. */
    private List<DeploymentId> deployments(Snapshot snapshot, List<JobKey> jobs, Instant now) {
        var found = new ArrayList<DeploymentId>();
        for (Deployment deployment : snapshot.deployments()) {
            var job = snapshot.job(deployment.jobKey());
            boolean orphan = job.isEmpty() || jobs.contains(deployment.jobKey());
            boolean old = !deployment.isActive()
                    && deployment.modifyTime().plus(retention.deployments()).isBefore(now)
                    && (orphan
                            || snapshot.newestDeployment(job.get())
                                    .filter(newest -> newest.id().equals(deployment.id()))
                                    .isEmpty());
            if (old && found.size() < BATCH) {
                found.add(deployment.id());
            }
        }
        return found;
    }

    private static boolean isOver(Snapshot snapshot, Job job) {
        if (!job.stop() && !job.spec().type().ends()) {
            return false;
        }
        var allocations = snapshot.allocationsOf(job.key());
        boolean ended = job.stop()
                || (job.spec().type().ends()
                        && !job.isParent()
                        && !allocations.isEmpty()
                        && snapshot.evaluationsOf(job.key()).stream()
                                .allMatch(evaluation -> evaluation.status().isTerminal()));
        boolean tagged = snapshot.historyOf(job.key()).stream()
                .anyMatch(version -> version.versionTag().isPresent());
        return ended
                && !tagged
                && allocations.stream()
                        .allMatch(allocation -> allocation.client().status().isTerminal());
    }

    /** When the last of a job happened. */
    private static Instant ended(Snapshot snapshot, Job job) {
        return snapshot.allocationsOf(job.key()).stream()
                .map(Allocation::modifyTime)
                .reduce(job.submitTime(), (one, other) -> one.isAfter(other) ? one : other);
    }
}
