package dev.steppe.consensus;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.RaftServer;

/** Changes of the members and of the leader, asked of this member's own engine. */
final class EngineMembership implements Membership {
    private static final Duration TRANSFER_PATIENCE = Duration.ofSeconds(10);

    private final Member self;
    private final RaftServer server;
    private final RaftServer.Division division;
    private final ClientId client;
    private final LongSupplier calls;

    EngineMembership(
            Member self, RaftServer server, RaftServer.Division division, ClientId client, LongSupplier calls) {
        this.self = self;
        this.server = server;
        this.division = division;
        this.client = client;
        this.calls = calls;
    }

    @Override
    public Members members() {
        return EngineMembers.members(division.getRaftConf());
    }

    @Override
    public void change(Members wanted, Consumer<Outcome> then) {
        // A member that was alone has no address in the log yet; from now on the others must find it.
        var reachable = wanted.at(self);
        var problem = problem(members(), reachable);
        if (problem.isPresent()) {
            then.accept(new Outcome.Failed(problem.get()));
            return;
        }
        answer(
                () -> server.setConfigurationAsync(new SetConfigurationRequest(
                        client,
                        server.getId(),
                        RatisConsensus.GROUP,
                        calls.getAsLong(),
                        SetConfigurationRequest.Arguments.newBuilder()
                                .setServersInNewConf(EngineMembers.peers(reachable.all()))
                                .build())),
                then);
    }

    private static Optional<String> problem(Members now, Members wanted) {
        if (wanted.all().isEmpty()) {
            return Optional.of("a log needs at least one member, and this would leave none");
        }
        long strangers = wanted.all().stream()
                .filter(member -> !now.contains(member.id()))
                .count();
        if (strangers > 1) {
            return Optional.of("only one member may be new at a time, but " + strangers + " are");
        }
        return wanted.all().stream()
                .filter(member -> member.address().isEmpty() && wanted.all().size() > 1)
                .findFirst()
                .map(member -> "member " + member.id() + " has no address under which the others reach it");
    }

    @Override
    public void transfer(Optional<MemberId> to, Consumer<Outcome> then) {
        var target = to.or(this::furthest);
        if (target.isEmpty()) {
            then.accept(new Outcome.Failed("there is no other member that answers"));
            return;
        }
        if (!members().contains(target.get())) {
            then.accept(new Outcome.Failed(target.get() + " is no member of this log"));
            return;
        }
        answer(
                () -> server.transferLeadershipAsync(new TransferLeadershipRequest(
                        client,
                        server.getId(),
                        RatisConsensus.GROUP,
                        calls.getAsLong(),
                        RaftPeerId.valueOf(target.get().value()),
                        TRANSFER_PATIENCE.toMillis())),
                then);
    }

    private Optional<MemberId> furthest() {
        var members = members();
        return progress().stream()
                .filter(other -> members.contains(other.member()))
                .max(Comparator.comparingLong(Progress::lastEntryIndex)
                        .thenComparing(Progress::lastContact, Comparator.reverseOrder()))
                .map(Progress::member);
    }

    @Override
    public List<Progress> progress() {
        var info = division.getInfo();
        if (!info.isLeader()) {
            return List.of();
        }
        var followers = info.getRoleInfoProto().getLeaderInfo().getFollowerInfoList();
        var indexes = info.getFollowerMatchIndices();
        if (indexes == null || indexes.length != followers.size()) {
            // The members changed between the two questions.
            return List.of();
        }
        var all = new ArrayList<Progress>();
        for (int i = 0; i < indexes.length; i++) {
            var follower = followers.get(i);
            all.add(new Progress(
                    new MemberId(follower.getId().getId().toStringUtf8()),
                    Duration.ofMillis(follower.getLastRpcElapsedTimeMs()),
                    indexes[i]));
        }
        return all;
    }

    /** A question to the engine. */
    @FunctionalInterface
    private interface Question {
        CompletableFuture<RaftClientReply> ask() throws IOException;
    }

    private static void answer(Question question, Consumer<Outcome> then) {
        try {
            question.ask().whenComplete((reply, failure) -> {
                if (failure != null) {
                    then.accept(new Outcome.Failed(Failures.rootMessage(failure)));
                } else if (reply.isSuccess()) {
                    then.accept(new Outcome.Done());
                } else {
                    then.accept(new Outcome.Failed(Failures.rootMessage(reply.getException())));
                }
            });
        } catch (IOException | RuntimeException failure) {
            then.accept(new Outcome.Failed(Failures.rootMessage(failure)));
        }
    }
}
