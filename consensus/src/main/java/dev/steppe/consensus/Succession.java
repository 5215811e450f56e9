package dev.steppe.consensus;

import dev.steppe.consensus.transport.PeerNetwork;
import dev.steppe.io.Loop;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.RaftServerProtocol;
import org.apache.ratis.util.ProtoUtils;

/**
 * Replaces a leader whose process ended without waiting for its silence. Its connection ends then, nobody listens at its
 * address, and a majority of the members see the same: only all of that together begins an election, so that a leader
 * that is slow, stopped or cut off is judged by its silence alone. Of those who see it the one whose log is furthest
 * stands for election. Whatever goes wrong here, the engine's own timeout comes a little later.
 */
final class Succession {
    private static final System.Logger LOG = System.getLogger(Succession.class.getName());
    /** A leader that lives has opened its connection again by then. */
    private static final Duration GRACE = Duration.ofMillis(120);

    private static final Duration PATIENCE = Duration.ofMillis(700);

    private final RaftServer.Division division;
    private final PeerNetwork network;
    private final Loop timers;

    Succession(RaftServer.Division division, PeerNetwork network, Loop timers) {
        this.division = division;
        this.network = network;
        this.timers = timers;
    }

    /** The last connection over which that member sent entries ended. */
    void disconnected(String member) {
        if (follows(member)) {
            // A timer of a closed loop does nothing: then this member ends as well.
            timers.after(
                    GRACE,
                    () -> timers.<Boolean>offload("succession", () -> consider(member), outcome -> {
                        if (outcome instanceof Loop.Outcome.Failed<Boolean> failed) {
                            LOG.log(Level.DEBUG, "no early election leader=" + member, failed.reason());
                        }
                    }));
        }
    }

    private boolean follows(String leader) {
        var info = division.getInfo();
        return info.isFollower()
                && Optional.ofNullable(info.getLeaderId())
                        .filter(id -> id.toString().equals(leader))
                        .isPresent();
    }

    private boolean isGone(String leader) {
        return follows(leader) && !network.isConnected(leader);
    }

    /** What another member is told that asks whether the leader is gone. */
    CompletableFuture<PeerNetwork.Progress> isGone(String leader, long term) {
        return isGone(leader) && division.getInfo().getCurrentTerm() == term
                ? CompletableFuture.completedFuture(progress())
                : CompletableFuture.failedFuture(new IllegalStateException("the leader " + leader + " is not gone"));
    }

    private PeerNetwork.Progress progress() {
        return Optional.ofNullable(division.getRaftLog().getLastEntryTermIndex())
                .map(last -> new PeerNetwork.Progress(last.getTerm(), last.getIndex()))
                .orElseGet(() -> new PeerNetwork.Progress(0, -1));
    }

    /** Whether this member stood for election. */
    private boolean consider(String leader) throws IOException {
        long term = division.getInfo().getCurrentTerm();
        if (isGone(leader) && nobodyListens(leader) && isMyTurn(witnesses(leader, term)) && isGone(leader)) {
            LOG.log(Level.INFO, "the leader's process ended, standing for election leader=" + leader);
            stand(leader, term);
            return true;
        }
        return false;
    }

    private boolean nobodyListens(String leader) {
        var address = network.address(leader);
        if (address.isEmpty()) {
            return false;
        }
        try (var socket = new Socket()) {
            socket.connect(address.get(), (int) PATIENCE.toMillis());
            return false;
        } catch (ConnectException refused) {
            return true;
        } catch (IOException unknown) {
            return false;
        }
    }

    /** How far the logs of those are who see it too, this member among them. */
    private Map<String, PeerNetwork.Progress> witnesses(String leader, long term) {
        var self = division.getId().toString();
        var answers = new TreeMap<String, CompletableFuture<PeerNetwork.Progress>>();
        for (var member : members()) {
            if (!member.equals(self) && !member.equals(leader)) {
                answers.put(member, network.askLeaderGone(member, leader, term));
            }
        }
        var witnesses = new TreeMap<String, PeerNetwork.Progress>();
        witnesses.put(self, progress());
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        answers.forEach((member, answer) -> {
            try {
                long left = Math.max(1, deadline - System.nanoTime());
                var seen = answer.orTimeout(left, TimeUnit.NANOSECONDS).join();
                witnesses.put(member, seen);
            } catch (CompletionException sawNothing) {
                LOG.log(Level.DEBUG, () -> "member=" + member + " does not see it: " + sawNothing.getMessage());
            }
        });
        return witnesses;
    }

    private List<String> members() {
        var all = new ArrayList<String>();
        for (var peer : division.getRaftConf().getCurrentPeers()) {
            all.add(peer.getId().toString());
        }
        return all;
    }

    private boolean isMyTurn(Map<String, PeerNetwork.Progress> witnesses) {
        if (!division.getRaftConf().getPreviousPeers().isEmpty()
                || 2 * witnesses.size() <= members().size()) {
            return false;
        }
        var furthest = witnesses.entrySet().stream()
                .max(Comparator.comparingLong((Map.Entry<String, PeerNetwork.Progress> it) ->
                                it.getValue().term())
                        .thenComparingLong(it -> it.getValue().index())
                        .thenComparing(Map.Entry.comparingByKey()))
                .orElseThrow();
        return furthest.getKey().equals(division.getId().toString());
    }

    /** As if the leader had asked this member to take over. */
    private void stand(String leader, long term) throws IOException {
        var last = division.getRaftLog().getLastEntryTermIndex();
        if (last == null || last.getTerm() != term || !(division instanceof RaftServerProtocol engine)) {
            return;
        }
        var from = RaftPeerId.valueOf(leader);
        engine.startLeaderElection(StartLeaderElectionRequestProto.newBuilder()
                .setServerRequest(RaftRpcRequestProto.newBuilder()
                        .setRequestorId(from.toByteString())
                        .setReplyId(division.getId().toByteString())
                        .setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(
                                division.getMemberId().getGroupId()))
                        .build())
                .setLeaderLastEntry(last.toProto())
                .build());
    }
}
