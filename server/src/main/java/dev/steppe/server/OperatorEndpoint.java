package dev.steppe.server;

import dev.steppe.consensus.Consensus;
import dev.steppe.consensus.Leadership;
import dev.steppe.consensus.Member;
import dev.steppe.consensus.Members;
import dev.steppe.consensus.Membership;
import dev.steppe.io.Loop;
import dev.steppe.model.AutopilotSettings;
import dev.steppe.model.Refusal;
import dev.steppe.model.data.DataKey;
import dev.steppe.state.Command;
import dev.steppe.state.Store;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** What operators do to the servers themselves. Callable from any thread; replies come on the server's loop. */
public final class OperatorEndpoint {
    private static final System.Logger LOG = System.getLogger(OperatorEndpoint.class.getName());

    private final Loop loop;
    private final Store store;
    private final Consensus consensus;
    private final Proposals proposals;
    private final FormatAgreement formats;
    private final RootKeys rootKeys;
    private final Autopilot autopilot;
    private final StateRestore restore;

    OperatorEndpoint(
            Loop loop,
            Store store,
            Consensus consensus,
            Proposals proposals,
            FormatAgreement formats,
            RootKeys rootKeys,
            Autopilot autopilot) {
        this.autopilot = autopilot;
        this.loop = loop;
        this.store = store;
        this.consensus = consensus;
        this.proposals = proposals;
        this.formats = formats;
        this.rootKeys = rootKeys;
        this.restore = new StateRestore(
                loop, store, proposals, rootKeys, Runtime.getRuntime().maxMemory());
    }

    /** The servers as the log names them. */
    public Members members() {
        return consensus.membership().members();
    }

    /** How the servers are, as the leader sees them; without any on a server that does not lead. */
    public Autopilot.Health health() {
        return autopilot.health(autopilot(), loop.now());
    }

    /**
     * Takes a server in that asks for it, once it has asked for as long as a new server has to be stable; at once while
     * there are fewer servers than expected. Without effect when it is a member already. One that does not understand
     * the log is refused.
     */
    public void join(Newcomer newcomer, Consumer<Reply<Members>> then) {
        loop.execute(() -> {
            var tooOld = formats.admit(newcomer);
            if (tooOld.isPresent()) {
                then.accept(Reply.refused(Refusal.invalid(tooOld.get())));
                return;
            }
            Consumer<Reply<Members>> ended = reply -> {
                formats.admitted(newcomer);
                then.accept(reply);
            };
            if (isSettled(newcomer)) {
                add(newcomer.member(), ended);
            } else {
                ended.accept(Reply.unavailable("a new server has to be stable for "
                        + autopilot().serverStabilizationTime().toSeconds() + " s before it counts"));
            }
        });
    }

    private boolean isSettled(Newcomer newcomer) {
        var id = newcomer.member().id();
        return members().contains(id)
                || members().all().size() < newcomer.expected()
                || autopilot.isSettled(id, autopilot().serverStabilizationTime(), loop.now());
    }

    private void add(Member member, Consumer<Reply<Members>> then) {
        var present = members().find(member.id());
        if (present.isPresent()) {
            answer(
                    then,
                    present.get().equals(member)
                            ? new Reply.Done<>(members(), store.snapshot().index())
                            : Reply.refused(Refusal.invalid("server " + member.id() + " is a member of the log as "
                                    + present.get() + " and cannot move: take it out first, with steppe operator raft"
                                    + " remove-peer -peer-id=" + member.id())));
            return;
        }
        change(members().with(member), "taken in server=" + member.id(), then);
    }

    /** Takes a server out of the log; it must not be needed for a majority of those that answer. */
    public void remove(String id, Consumer<Reply<Members>> then) {
        var name = named(id);
        if (name.isEmpty()) {
            answer(
                    then,
                    Reply.refused(Refusal.invalid("id \"" + id + "\" was not found in the Raft configuration; "
                            + "operator raft list-peers shows the ids")));
            return;
        }
        change(members().without(name.get().id()), "removed server=" + id, then);
    }

    /** Hands the leadership over to the server of that id or address. */
    public void transfer(Optional<String> id, Optional<String> address, Consumer<Reply<Members>> then) {
        var target = id.flatMap(this::named).or(() -> address.flatMap(this::reachedAt));
        if (target.isEmpty()) {
            answer(
                    then,
                    Reply.refused(Refusal.invalid("cannot find peer "
                            + id.map(it -> "id \"" + it + "\"")
                                    .orElseGet(() -> "address \"" + address.orElse("") + "\"")
                            + " in the Raft configuration; operator raft list-peers shows ids and addresses")));
            return;
        }
        if (!(consensus.leadership() instanceof Leadership.Leading)) {
            answer(then, notLeading());
            return;
        }
        consensus
                .membership()
                .transfer(Optional.of(target.get().id()), outcome -> ended(outcome, "leadership sent", then));
    }

    /** How the servers take care of themselves. */
    public AutopilotSettings autopilot() {
        return store.snapshot().autopilot();
    }

    /** Changes how the servers take care of themselves; with {@code checkIndex}, only what has that index. */
    public void setAutopilot(AutopilotSettings settings, Optional<Long> checkIndex, Consumer<Reply<Long>> then) {
        proposals.propose(new Command.PutAutopilot(settings, checkIndex, loop.now()), then);
    }

    /** The whole state as it is on this server now, with the root keys that open it. */
    public StateArchive archive(String region, String server, Instant now) throws IOException {
        var snapshot = store.snapshot();
        var keys = new TreeMap<String, String>();
        for (DataKey key : snapshot.dataKeys()) {
            var root = rootKeys.read(key.wrapped().keyId());
            root.ifPresent(it -> keys.put(
                    it.id(), Base64.getEncoder().encodeToString(it.key().reveal())));
        }
        return StateArchive.of(snapshot, region, server, consensus.status().term(), now, keys);
    }

    /** Replaces the whole state by that of an archive, whose file must stay as it is until there is a reply. */
    public void restore(SavedState saved, Consumer<Reply<Long>> then) {
        restore.begin(saved, then);
    }

    private void change(Members wanted, String what, Consumer<Reply<Members>> then) {
        if (!(consensus.leadership() instanceof Leadership.Leading)) {
            answer(then, notLeading());
            return;
        }
        consensus.membership().change(wanted, outcome -> ended(outcome, what, then));
    }

    private void ended(Membership.Outcome outcome, String what, Consumer<Reply<Members>> then) {
        answer(
                then,
                switch (outcome) {
                    case Membership.Outcome.Done done -> {
                        LOG.log(Level.INFO, "servers changed: " + what);
                        yield new Reply.Done<>(members(), store.snapshot().index());
                    }
                    case Membership.Outcome.Failed failed -> Reply.unavailable(failed.reason());
                });
    }

    private static Reply<Members> notLeading() {
        return Reply.unavailable("No cluster leader here; ask the server that leads");
    }

    private void answer(Consumer<Reply<Members>> then, Reply<Members> reply) {
        loop.execute(() -> then.accept(reply));
    }

    private Optional<Member> named(String id) {
        return members().all().stream()
                .filter(member -> member.id().value().equals(id))
                .findFirst();
    }

    private Optional<Member> reachedAt(String address) {
        return members().all().stream()
                .filter(member -> member.address().map(Object::toString).equals(Optional.of(address)))
                .findFirst();
    }
}
