package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.model.Ids;
import dev.steppe.model.Refusal;
import dev.steppe.model.data.KeyOperation;
import dev.steppe.model.data.Session;
import dev.steppe.state.Command;
import dev.steppe.state.KeyOutcome;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What may be asked about keys and sessions. Methods may be called from any thread; replies come on the server's loop. */
public final class KeyEndpoint {
    private static final Duration LOCK_DELAY_MAX = Duration.ofSeconds(60);
    private static final Duration TTL_MIN = Duration.ofSeconds(10);
    private static final Duration TTL_MAX = Duration.ofHours(24);

    private final Loop loop;
    private final Store store;
    private final Proposals proposals;
    private final Renewals renewals;
    private final SessionChecks checks;

    KeyEndpoint(Loop loop, Store store, Proposals proposals, Renewals renewals, SessionChecks checks) {
        this.loop = loop;
        this.store = store;
        this.proposals = proposals;
        this.renewals = renewals;
        this.checks = checks;
    }

    /** A session as a user writes it, bound to the node of that name. */
    public record Wish(
            String name,
            String node,
            Duration lockDelay,
            Session.Behavior behavior,
            Duration ttl,
            List<String> nodeChecks,
            List<String> serviceChecks) {}

    /** The name under which a session is renewed. */
    static String sessionName(String session) {
        return "session " + session;
    }

    /** Carries out all operations, or none and says which ones failed. What changes nothing does not go to the log. */
    public void transact(List<KeyOperation> operations, Consumer<Reply<KeyOutcome>> then) {
        if (operations.stream().noneMatch(KeyOperation::writes)) {
            loop.execute(() -> {
                var snapshot = store.snapshot();
                then.accept(new Reply.Done<>(snapshot.read(operations), snapshot.index()));
            });
            return;
        }
        loop.execute(() -> proposals.transact(new Command.ChangeKeys(operations, loop.now()), then));
    }

    /** Begins a session; the reply's value is its id. */
    public void create(Wish wish, Consumer<Reply<String>> then) {
        loop.execute(() -> {
            var objection = objection(store.snapshot(), wish);
            if (objection.isPresent()) {
                then.accept(Reply.refused(Refusal.invalid(objection.get())));
                return;
            }
            var session = new Session(
                    Ids.random(loop.random()),
                    wish.name(),
                    wish.node(),
                    wish.lockDelay(),
                    wish.behavior(),
                    wish.ttl(),
                    wish.nodeChecks(),
                    wish.serviceChecks(),
                    0,
                    0);
            renewals.renew(sessionName(session.id()), loop.now());
            proposals.propose(
                    new Command.CreateSession(session, loop.now()),
                    reply -> then.accept(reply.map(index -> session.id())));
        });
    }

    private Optional<String> objection(Snapshot snapshot, Wish wish) {
        if (!wish.ttl().isZero()
                && (wish.ttl().compareTo(TTL_MIN) < 0 || wish.ttl().compareTo(TTL_MAX) > 0)) {
            return Optional.of("Invalid Session TTL '" + wish.ttl().toNanos() + "', must be between [10s=24h0m0s]");
        }
        if (wish.lockDelay().isNegative() || wish.lockDelay().compareTo(LOCK_DELAY_MAX) > 0) {
            return Optional.of("Invalid lock delay: it must be between 0s and 60s");
        }
        return checks.failing(snapshot, wish.node(), wish.nodeChecks(), wish.serviceChecks());
    }

    /** Ends a session; done at once when there is none. */
    public void destroy(String id, Consumer<Reply<Long>> then) {
        loop.execute(() -> {
            var snapshot = store.snapshot();
            if (snapshot.keys().session(id).isEmpty()) {
                then.accept(new Reply.Done<>(snapshot.index(), snapshot.index()));
            } else {
                proposals.propose(new Command.DestroySession(id, loop.now()), then);
            }
        });
    }

    /** Gives a session its full time again. */
    public void renew(String id, Consumer<Reply<Session>> then) {
        loop.execute(() -> {
            var session = store.snapshot().keys().session(id);
            if (session.isEmpty()) {
                then.accept(Reply.refused(Refusal.notFound("Session id '" + id + "' not found")));
            } else {
                renewals.renew(sessionName(id), loop.now());
                then.accept(new Reply.Done<>(session.get(), session.get().modifyIndex()));
            }
        });
    }
}
