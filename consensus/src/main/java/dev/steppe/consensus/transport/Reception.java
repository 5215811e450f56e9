package dev.steppe.consensus.transport;

import dev.steppe.io.TaskScope;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.RaftServerAsynchronousProtocol;
import org.apache.ratis.thirdparty.com.google.protobuf.MessageLite;
import org.apache.ratis.util.ProtoUtils;

/** Takes the calls of the other members, a thread for each connection, and hands what they ask to the engine. */
final class Reception implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Reception.class.getName());
    /** Three for each other member, and as many that have not noticed yet that they ended. */
    private static final int CONNECTIONS_MAX = 128;

    private final ServerSocket socket;
    private final Optional<Supplier<SSLContext>> security;
    private final TaskScope scope;
    private final RaftServer server;
    private final Standing standing;
    private final PeerNetwork.Questions questions;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong numbers = new AtomicLong();
    /** Connections over which a leader sends its entries, with that leader. */
    private final ConcurrentHashMap<Connection, String> leading = new ConcurrentHashMap<>();

    Reception(
            ServerSocket socket,
            Optional<Supplier<SSLContext>> security,
            TaskScope scope,
            RaftServer server,
            Standing standing,
            PeerNetwork.Questions questions) {
        this.socket = socket;
        this.security = security;
        this.scope = scope;
        this.server = server;
        this.standing = standing;
        this.questions = questions;
    }

    /** Accepts until it is closed. */
    void run() {
        while (!socket.isClosed()) {
            try {
                var raw = socket.accept();
                if (connections.size() >= CONNECTIONS_MAX) {
                    raw.close();
                    continue;
                }
                scope.startPlatform("member-" + numbers.incrementAndGet(), () -> serve(raw));
            } catch (IOException | IllegalStateException ended) {
                if (!socket.isClosed() && !scope.isClosed()) {
                    LOG.log(Level.DEBUG, "a call of another member could not be taken", ended);
                }
            }
        }
    }

    private void serve(Socket raw) {
        try (var connection = Connection.accept(raw, security)) {
            connections.add(connection);
            try {
                while (!socket.isClosed()) {
                    take(connection, connection.receive());
                }
            } finally {
                connections.remove(connection);
                ended(connection);
            }
        } catch (IOException ended) {
            LOG.log(Level.DEBUG, () -> "connection of another member ended: " + ended);
        }
    }

    private void ended(Connection connection) {
        var leader = leading.remove(connection);
        if (leader != null && !socket.isClosed() && !isConnected(leader)) {
            questions.disconnected(leader);
        }
    }

    boolean isConnected(String leader) {
        return leading.containsValue(leader);
    }

    /** A question that the engine answers, now or later. */
    private interface Question {
        CompletableFuture<? extends MessageLite> ask() throws IOException;
    }

    private void take(Connection connection, Frame frame) throws IOException {
        long call = frame.call();
        switch (frame.kind()) {
            case APPEND -> {
                var request = AppendEntriesRequestProto.parseFrom(frame.parsed());
                leading.putIfAbsent(
                        connection, request.getServerRequest().getRequestorId().toStringUtf8());
                var group = ProtoUtils.toRaftGroupId(request.getServerRequest().getRaftGroupId());
                answer(connection, call, () -> engine(group).appendEntriesAsync(request));
            }
            case VOTE -> {
                var request = RequestVoteRequestProto.parseFrom(frame.parsed());
                answer(connection, call, () -> CompletableFuture.completedFuture(server.requestVote(request)));
            }
            case SNAPSHOT -> {
                var request = InstallSnapshotRequestProto.parseFrom(frame.parsed());
                answer(connection, call, () -> CompletableFuture.completedFuture(server.installSnapshot(request)));
            }
            case ELECT -> {
                var request = StartLeaderElectionRequestProto.parseFrom(frame.parsed());
                answer(connection, call, () -> CompletableFuture.completedFuture(server.startLeaderElection(request)));
            }
            case READ_INDEX -> {
                var asking = new String(frame.content(), StandardCharsets.UTF_8);
                var index = questions.readIndex().thenApply(entry -> {
                    // It may have the entry and not know yet that it is committed.
                    standing.wake(asking, entry);
                    return numbers(entry);
                });
                send(connection, call, index, content -> connection.send(Frame.Kind.ANSWER, call, content));
            }
            case LEADER_GONE -> {
                var progress = leaderGone(ByteBuffer.wrap(frame.content()));
                send(connection, call, progress, content -> connection.send(Frame.Kind.ANSWER, call, content));
            }
            case ANSWER, FAILURE -> throw new IOException("an answer that nobody asked for");
        }
    }

    /** The engine itself saves the two thread changes that the server around it makes. */
    private RaftServerAsynchronousProtocol engine(RaftGroupId group) throws IOException {
        return server.getDivision(group) instanceof RaftServerAsynchronousProtocol direct ? direct : server;
    }

    static byte[] leaderGone(String leader, long term) {
        var name = leader.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Long.BYTES + name.length)
                .putLong(term)
                .put(name)
                .array();
    }

    private CompletableFuture<byte[]> leaderGone(ByteBuffer question) {
        long term = question.getLong();
        var leader = StandardCharsets.UTF_8.decode(question).toString();
        return questions.leaderGone(leader, term).thenApply(progress -> numbers(progress.term(), progress.index()));
    }

    private static byte[] numbers(long... numbers) {
        var bytes = ByteBuffer.allocate(Long.BYTES * numbers.length);
        for (long number : numbers) {
            bytes.putLong(number);
        }
        return bytes.array();
    }

    private static void answer(Connection connection, long call, Question question) {
        CompletableFuture<? extends MessageLite> answer;
        try {
            answer = question.ask();
        } catch (IOException | RuntimeException failure) {
            answer = CompletableFuture.failedFuture(failure);
        }
        send(connection, call, answer, content -> connection.send(Frame.Kind.ANSWER, call, content));
    }

    /** Sends an answer when there is one. */
    private interface Sending<T> {
        void send(T content) throws IOException;
    }

    private static <T> void send(
            Connection connection, long call, CompletableFuture<T> answer, Sending<? super T> sending) {
        answer.whenComplete((content, failure) -> {
            try {
                if (failure != null) {
                    fail(connection, call, failure);
                } else {
                    sending.send(content);
                }
            } catch (IOException gone) {
                connection.close();
            }
        });
    }

    private static void fail(Connection connection, long call, Throwable failure) throws IOException {
        connection.send(
                Frame.Kind.FAILURE, call, String.valueOf(failure.getMessage()).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException failure) {
            LOG.log(Level.DEBUG, "listening socket not closed", failure);
        }
        connections.forEach(Connection::close);
    }
}
