package dev.steppe.consensus;

import dev.steppe.consensus.transport.PeerNetwork;
import dev.steppe.consensus.transport.PeerTransport;
import dev.steppe.consensus.transport.Standing;
import dev.steppe.io.Loop;
import dev.steppe.io.TaskScope;
import dev.steppe.io.ThreadLoop;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;

/**
 * The replicated log on Apache Ratis, the same for one member and for several. Commands gather into entries on the
 * leader, which proposes them to its own engine without any client or socket.
 */
public final class RatisConsensus implements Consensus {
    private static final System.Logger LOG = System.getLogger(RatisConsensus.class.getName());
    static final RaftGroupId GROUP = RaftGroupId.valueOf(UUID.fromString("5e7e99e0-0000-4000-8000-000000000001"));
    private static final long SNAPSHOT_TIMEOUT_MILLIS = 60_000;
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    private final ConsensusOptions options;
    private final TaskScope scope;
    private final Loop timers;
    private final Announcer announcer = new Announcer(new Leadership.Following(0, Optional.empty()));
    private final MachineAdapter machine;
    private final Batcher batcher;
    private final Standing standing = new Standing();
    private final Optional<PeerNetwork> network;
    private final RaftServer server;
    private final RaftServer.Division division;
    private final LeaderContact contact;
    private final ReadBarriers barriers;
    private final Optional<Succession> succession;
    private final ClientId client = ClientId.randomId();
    private final EngineMembership membership;
    private final AtomicLong calls = new AtomicLong();
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Starts a member: recovers its state from the newest snapshot, and takes part from then on. The commands in its log
     * after that snapshot are applied as soon as they are known to be durable on a majority.
     *
     * @throws IOException if the directory cannot be used, has no room, or what is in it is damaged
     */
    public static RatisConsensus start(ConsensusOptions options, ReplicatedMachine machine) throws IOException {
        DiskRoom.require(options.directory());
        OwnAddress.settle(options, machine);
        var timers = new ThreadLoop("consensus-timers-" + options.self().id());
        RatisConsensus consensus;
        try {
            consensus = new RatisConsensus(options, machine, timers);
        } catch (IOException | RuntimeException failure) {
            timers.close();
            throw failure;
        }
        try {
            consensus.server.start();
            consensus.callMembersWhereTheyAreNow();
        } catch (IOException | RuntimeException failure) {
            consensus.close();
            throw new IOException(
                    "the log in " + options.directory() + " cannot be started: " + Failures.rootMessage(failure),
                    failure);
        }
        consensus.leadershipMayHaveChanged();
        consensus.timers.execute(consensus::look);
        return consensus;
    }

    private RatisConsensus(ConsensusOptions options, ReplicatedMachine machine, Loop timers) throws IOException {
        this.options = options;
        this.scope = new TaskScope("consensus-" + options.self().id());
        this.timers = timers;
        this.machine = new MachineAdapter(machine, options.limits(), scope, new EngineEvents());
        this.batcher = new Batcher(options.limits(), this::submit);
        this.network = network(options);
        Files.createDirectories(options.directory());
        var group = groupDirectory(options.directory());
        TornTail.mend(group);
        this.server = RaftServer.newBuilder()
                .setServerId(RaftPeerId.valueOf(options.self().id().value()))
                .setGroup(RaftGroup.valueOf(GROUP, EngineMembers.peers(options.founders())))
                .setStateMachine(this.machine)
                .setProperties(EngineProperties.of(options, isSingle(options, EngineMembers.onDisk(group))))
                .setParameters(network.map(PeerTransport::parameters).orElseGet(Parameters::new))
                .setOption(RaftStorage.StartupOption.RECOVER)
                .build();
        this.division = server.getDivision(GROUP);
        standing.of(division);
        this.contact = new LeaderContact(division);
        this.barriers = new ReadBarriers(division, standing, network, this.machine, timers);
        this.succession = network.map(it -> new Succession(division, it, timers));
        this.membership = new EngineMembership(options.self(), server, division, client, calls::incrementAndGet);
    }

    /** Entries of the log name addresses in their order; what an operator wrote after the last of them counts more. */
    private void callMembersWhereTheyAreNow() {
        network.ifPresent(it -> it.addRaftPeers(division.getRaftConf().getCurrentPeers()));
    }

    private Optional<PeerNetwork> network(ConsensusOptions options) {
        if (options.needsNoTransport()) {
            return Optional.empty();
        }
        var listen = options.listen().or(options.self()::address).orElseThrow();
        return Optional.of(new PeerNetwork(
                new InetSocketAddress(listen.host(), listen.port()),
                options.tls().map(tls -> tls::context),
                scope,
                timers,
                standing,
                new Neighbours()));
    }

    static Path groupDirectory(Path directory) {
        return directory.resolve(GROUP.getUuid().toString());
    }

    private static boolean isSingle(ConsensusOptions options, Optional<Members> known) throws IOException {
        var others = known.map(Members::all).orElse(options.founders()).stream()
                .filter(member -> !member.id().equals(options.self().id()))
                .toList();
        if (options.needsNoTransport() && !others.isEmpty()) {
            throw new IOException("the log in " + options.directory() + " has other members " + others
                    + ", so this one needs an address under which they reach it");
        }
        return others.isEmpty() && (known.isPresent() || !options.founders().isEmpty());
    }

    /** Whether a member with this directory was ever part of a log. */
    public static boolean hasLog(Path directory) throws IOException {
        return EngineMembers.onDisk(groupDirectory(directory)).isPresent();
    }

    @Override
    public Membership membership() {
        return membership;
    }

    @Override
    public void propose(byte[] command, Consumer<Proposal> then) {
        if (command.length > COMMAND_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a command must have at most " + COMMAND_BYTES_MAX + " bytes, but has " + command.length);
        }
        batcher.add(command, then);
    }

    private void submit(Batch batch) {
        try {
            send(request(RaftClientRequest.writeRequestType(), batch), (reply, failure) -> {
                if (failure.isPresent()) {
                    var outcome = failed(batch, failure.get());
                    batch.end(position -> outcome);
                }
                // Else it was applied, and the machine has told the results.
            });
        } catch (RuntimeException failure) {
            var outcome = failed(batch, failure);
            batch.end(position -> outcome);
        }
    }

    private Proposal failed(Batch batch, Throwable failure) {
        if (batch.wasAppended()) {
            return new Proposal.Unavailable("leadership was lost before the write was acknowledged: " + failure, true);
        }
        return switch (failure) {
            case NotLeaderException other ->
                new Proposal.NotLeader(Optional.ofNullable(other.getSuggestedLeader())
                        .map(leader -> new MemberId(leader.getId().toString())));
            case LeaderSteppingDownException _ -> new Proposal.NotLeader(Optional.empty());
            case LeaderNotReadyException _ -> new Proposal.Unavailable("the leader is not ready yet", false);
            default -> new Proposal.Unavailable(Failures.rootMessage(failure), false);
        };
    }

    @Override
    public void readBarrier(Consumer<Barrier> then) {
        barriers.reach(then);
    }

    /** How the engine answered a request: a reply, or a failure. */
    private interface Answer {
        void accept(Optional<RaftClientReply> reply, Optional<Throwable> failure);
    }

    private void send(RaftClientRequest request, Answer answer) {
        try {
            // The division itself saves the two thread changes that the server's own method makes.
            var future = division instanceof RaftClientAsynchronousProtocol direct
                    ? direct.submitClientRequestAsync(request)
                    : server.submitClientRequestAsync(request);
            future.whenComplete((reply, failure) -> {
                if (failure != null) {
                    answer.accept(Optional.empty(), Optional.of(Failures.unwrap(failure)));
                } else if (reply.isSuccess()) {
                    answer.accept(Optional.of(reply), Optional.empty());
                } else {
                    answer.accept(Optional.of(reply), Optional.of(reply.getException()));
                }
            });
        } catch (IOException failure) {
            answer.accept(Optional.empty(), Optional.of(failure));
        }
    }

    private RaftClientRequest request(RaftClientRequest.Type type, Message message) {
        return RaftClientRequest.newBuilder()
                .setClientId(client)
                .setServerId(server.getId())
                .setGroupId(GROUP)
                .setCallId(calls.incrementAndGet())
                .setMessage(message)
                .setType(type)
                .build();
    }

    @Override
    public Leadership leadership() {
        return announcer.latest();
    }

    @Override
    public void onLeadership(Consumer<Leadership> listener) {
        announcer.listen(listener);
    }

    @Override
    public void snapshot(Consumer<SnapshotOutcome> then) {
        if (closed.get()) {
            then.accept(new SnapshotOutcome.Failed("the log is closed"));
            return;
        }
        var told = new AtomicBoolean();
        Consumer<SnapshotOutcome> once = outcome -> {
            if (told.compareAndSet(false, true)) {
                then.accept(outcome);
            }
        };
        machine.awaitSnapshot(once);
        try {
            server.snapshotManagementAsync(SnapshotManagementRequest.newCreate(
                            client, server.getId(), GROUP, calls.incrementAndGet(), SNAPSHOT_TIMEOUT_MILLIS, 1))
                    .whenComplete((reply, failure) -> answerSnapshot(reply, failure, once));
        } catch (RuntimeException failure) {
            once.accept(new SnapshotOutcome.Failed(Failures.rootMessage(failure)));
        }
    }

    private void answerSnapshot(RaftClientReply reply, Throwable failure, Consumer<SnapshotOutcome> then) {
        var latest = machine.getLatestSnapshot();
        if (failure != null) {
            then.accept(new SnapshotOutcome.Failed(Failures.rootMessage(failure)));
        } else if (latest != null
                && reply.getLogIndex() == latest.getIndex()
                && latest.getIndex() >= machine.getLastAppliedTermIndex().getIndex()) {
            // Nothing was applied since the newest snapshot.
            then.accept(new SnapshotOutcome.Written(
                    machine.commandIndex(), latest.getFile().getFileSize()));
        }
    }

    @Override
    public Status status() {
        var log = division.getRaftLog();
        var last = log.getLastEntryTermIndex();
        var snapshot = machine.getLatestSnapshot();
        return new Status(
                options.self().id(),
                leadership(),
                division.getInfo().getCurrentTerm(),
                machine.commandIndex(),
                division.getInfo().getLastAppliedIndex(),
                log.getLastCommittedIndex(),
                last == null ? -1 : last.getIndex(),
                snapshot == null ? -1 : snapshot.getIndex(),
                membership.members().all());
    }

    @Override
    public Duration lastContact() {
        return contact.ago();
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        announcer.announce(new Leadership.Stopped("closed"));
        batcher.close();
        closeEngine();
        timers.close();
        scope.close();
    }

    /** An engine without a log of its own would go on leading, and nobody else could: it goes, off its own threads. */
    private void endEngine() {
        try {
            scope.startPlatform("end-engine", this::closeEngine);
        } catch (IllegalStateException closed) {
            LOG.log(Level.DEBUG, "the engine is being closed already");
        }
    }

    private void closeEngine() {
        try {
            server.close();
        } catch (IOException failure) {
            LOG.log(Level.WARNING, "log not closed cleanly directory=" + options.directory(), failure);
        }
    }

    private void leadershipMayHaveChanged() {
        standing.again();
        announcer.announce(this::found);
    }

    /** The engine tells of a leader that is found, and not of one that is lost. */
    private void look() {
        if (!closed.get()) {
            announcer.announce(this::found);
            contact.ago();
            timers.after(LOOK_EVERY, this::look);
        }
    }

    private Leadership found() {
        var info = division.getInfo();
        if (!info.isAlive()) {
            return new Leadership.Stopped("the log's engine has stopped, its last log lines tell why");
        }
        long term = info.getCurrentTerm();
        if (info.isLeader() && info.isLeaderReady()) {
            return new Leadership.Leading(term);
        }
        var leader = Optional.ofNullable(info.getLeaderId())
                .map(id -> new MemberId(id.toString()))
                .filter(id -> !id.equals(options.self().id()));
        return new Leadership.Following(term, leader);
    }

    /** What the other members want to know. */
    private final class Neighbours implements PeerNetwork.Questions {
        @Override
        public CompletableFuture<Long> readIndex() {
            return standing.confirm();
        }

        @Override
        public CompletableFuture<PeerNetwork.Progress> leaderGone(String leader, long term) {
            return succession
                    .map(it -> it.isGone(leader, term))
                    .orElseGet(() -> CompletableFuture.failedFuture(new IllegalStateException("not started yet")));
        }

        @Override
        public void disconnected(String leader) {
            succession.ifPresent(it -> it.disconnected(leader));
        }
    }

    private final class EngineEvents implements MachineAdapter.Events {
        @Override
        public void leadershipMayHaveChanged() {
            RatisConsensus.this.leadershipMayHaveChanged();
        }

        @Override
        public void stopped(String reason) {
            announcer.announce(new Leadership.Stopped(reason));
            endEngine();
        }

        @Override
        public void snapshotWritten(TermIndex last) {
            division.getRaftLog().purge(last.getIndex());
        }
    }
}
