package dev.steppe.consensus.transport;

import dev.steppe.io.Loop;
import dev.steppe.io.TaskScope;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionReplyProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerRpc;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.MessageLite;

/**
 * The members of a log as one of them sees them: it listens, and calls the others. What the engine asks of a transport
 * blocks; all other methods do not, and may be called from any thread.
 */
public final class PeerNetwork implements RaftServerRpc {
    private static final long ANSWER_MILLIS = 3000;
    private static final long SNAPSHOT_ANSWER_MILLIS = 60_000;
    private static final Duration WATCH = Duration.ofMillis(100);

    private final InetSocketAddress listen;
    private final Optional<Supplier<SSLContext>> security;
    private final TaskScope scope;
    private final Loop timers;
    private final Standing standing;
    private final Questions questions;
    private final ConcurrentHashMap<String, Peer> peers = new ConcurrentHashMap<>();
    private volatile Optional<Reception> reception = Optional.empty();
    private volatile Optional<RaftServer> server = Optional.empty();

    /** What other members ask beside what the engine answers, and when they are gone. */
    public interface Questions {
        /** The log's entry up to which a reader must have applied, or a failure. */
        CompletableFuture<Long> readIndex();

        /** How far this member's log is, if it also lost its connection to that leader; a failure if it did not. */
        CompletableFuture<Progress> leaderGone(String leader, long term);

        /** The last connection over which that member sent entries or heartbeats ended. */
        void disconnected(String leader);
    }

    /** How far a member's log is. */
    public record Progress(long term, long index) {}

    /** @param security makes a context for each connection; without it the traffic is plain */
    public PeerNetwork(
            InetSocketAddress listen,
            Optional<Supplier<SSLContext>> security,
            TaskScope scope,
            Loop timers,
            Standing standing,
            Questions questions) {
        this.listen = listen;
        this.security = security;
        this.scope = scope;
        this.timers = timers;
        this.standing = standing;
        this.questions = questions;
    }

    PeerNetwork of(RaftServer engine) {
        server = Optional.of(engine);
        return this;
    }

    Standing standing() {
        return standing;
    }

    @Override
    public RpcType getRpcType() {
        return new PeerTransport();
    }

    @Override
    public void start() throws IOException {
        var socket = new ServerSocket();
        try {
            socket.setReuseAddress(true);
            socket.bind(listen);
        } catch (IOException failure) {
            socket.close();
            throw new IOException("the log cannot listen at " + listen + ": " + failure.getMessage(), failure);
        }
        var taken = new Reception(socket, security, scope, server.orElseThrow(), standing, questions);
        reception = Optional.of(taken);
        scope.startPlatform("accept", taken::run);
        timers.execute(this::watch);
    }

    private void watch() {
        timers.after(WATCH, this::watch);
        long now = System.nanoTime();
        peers.values().forEach(peer -> peer.watch(now));
        standing.watch(now);
        standing.appenders().forEach(appender -> beat(appender, now));
    }

    private void beat(Appender appender, long now) {
        if (appender.isStuck(now)) {
            scope.startVirtual("beat", () -> appender.beat());
        }
    }

    @Override
    public InetSocketAddress getInetSocketAddress() {
        return listen;
    }

    /** Whether that member has a connection to this one over which it sent entries or heartbeats. */
    public boolean isConnected(String leader) {
        return reception.filter(it -> it.isConnected(leader)).isPresent();
    }

    /** Asks a leader up to which entry a reader must have applied. */
    public CompletableFuture<Long> askReadIndex(String leader) {
        return askUrgently(leader, Frame.Kind.READ_INDEX, self())
                .thenApply(answer -> ByteBuffer.wrap(answer.content()).getLong());
    }

    /** Asks whether that member also lost its connection to the leader; a failure if not. */
    public CompletableFuture<Progress> askLeaderGone(String member, String leader, long term) {
        return askUrgently(member, Frame.Kind.LEADER_GONE, Reception.leaderGone(leader, term))
                .thenApply(answer -> {
                    var content = ByteBuffer.wrap(answer.content());
                    return new Progress(content.getLong(), content.getLong());
                });
    }

    private byte[] self() {
        return server.orElseThrow().getId().toString().getBytes(StandardCharsets.UTF_8);
    }

    private CompletableFuture<Frame> askUrgently(String member, Frame.Kind kind, byte[] content) {
        var answer = new CompletableFuture<Frame>();
        try {
            var line = peer(member).urgent();
            var ready = line.ready();
            if (ready.isPresent()) {
                ask(ready.get(), kind, content, answer);
            } else {
                scope.startVirtual("call-" + member, () -> {
                    try {
                        ask(line.open(), kind, content, answer);
                    } catch (IOException failure) {
                        answer.completeExceptionally(failure);
                    }
                });
            }
        } catch (IOException | IllegalStateException failure) {
            answer.completeExceptionally(failure);
        }
        return answer;
    }

    private static void ask(Caller caller, Frame.Kind kind, byte[] content, CompletableFuture<Frame> answer)
            throws IOException {
        caller.ask(kind, content).whenComplete((frame, failure) -> {
            try {
                if (failure != null) {
                    answer.completeExceptionally(failure);
                } else {
                    answer.complete(frame.answer());
                }
            } catch (IOException refused) {
                answer.completeExceptionally(refused);
            }
        });
    }

    Peer peer(String id) throws IOException {
        var known = peers.get(id);
        if (known == null) {
            throw new IOException("the address of member " + id + " is not known");
        }
        return known;
    }

    /** Where that member listens. */
    public Optional<InetSocketAddress> address(String id) {
        return Optional.ofNullable(peers.get(id)).map(Peer::address);
    }

    @Override
    public void addRaftPeers(Collection<RaftPeer> members) {
        for (var member : members) {
            var address = Peer.HostAndPort.parse(
                    Optional.ofNullable(member.getAddress()).orElse(""));
            peers.computeIfAbsent(member.getId().toString(), id -> new Peer(id, address, security, scope))
                    .moveTo(address);
        }
    }

    @Override
    public void handleException(RaftPeerId member, Exception reason, boolean reconnect) {
        Optional.ofNullable(peers.get(member.toString())).ifPresent(Peer::close);
    }

    @Override
    public RequestVoteReplyProto requestVote(RequestVoteRequestProto request) throws IOException {
        var answer = askAndWait(request.getServerRequest().getReplyId(), Frame.Kind.VOTE, request);
        var reply = RequestVoteReplyProto.parseFrom(answer.parsed());
        // One that was taken out while it was away does not end: it waits to be taken in again.
        return reply.getShouldShutdown()
                ? reply.toBuilder().setShouldShutdown(false).build()
                : reply;
    }

    @Override
    public StartLeaderElectionReplyProto startLeaderElection(StartLeaderElectionRequestProto request)
            throws IOException {
        var answer = askAndWait(request.getServerRequest().getReplyId(), Frame.Kind.ELECT, request);
        return StartLeaderElectionReplyProto.parseFrom(answer.parsed());
    }

    @Override
    public AppendEntriesReplyProto appendEntries(AppendEntriesRequestProto request) {
        throw new UnsupportedOperationException("entries are sent by " + Appender.class.getName());
    }

    @Override
    public InstallSnapshotReplyProto installSnapshot(InstallSnapshotRequestProto request) throws IOException {
        var line = peer(request.getServerRequest().getReplyId().toStringUtf8()).snapshots();
        var answer = await(line.open().ask(Frame.Kind.SNAPSHOT, request), SNAPSHOT_ANSWER_MILLIS);
        return InstallSnapshotReplyProto.parseFrom(answer.answer().parsed());
    }

    private Frame askAndWait(ByteString member, Frame.Kind kind, MessageLite request) throws IOException {
        var line = peer(member.toStringUtf8()).urgent();
        return await(line.open().ask(kind, request), ANSWER_MILLIS).answer();
    }

    private static Frame await(CompletableFuture<Frame> answer, long millis) throws IOException {
        try {
            return answer.get(millis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException failure) {
            throw new IOException(String.valueOf(failure.getCause()), failure);
        } catch (TimeoutException late) {
            throw new IOException("no answer within " + millis + " ms", late);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped while waiting for an answer");
        }
    }

    @Override
    public void close() {
        reception.ifPresent(Reception::close);
        List.copyOf(peers.values()).forEach(Peer::close);
    }
}
