package dev.steppe.server;

import dev.steppe.model.data.Session;
import dev.steppe.model.data.Variable;
import dev.steppe.model.data.VariableLock;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Ends sessions and locks of variables whose holders are lost: not renewed in time, or bound to a node or check that
 * fails. A session gets twice its time before, because its clients count on a renewal that may be late.
 */
final class LostHolders implements Controller {
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final int SESSION_PATIENCE = 2;

    private final Renewals renewals;
    private final SessionChecks checks;
    private Instant lastRun = Instant.EPOCH;

    LostHolders(Renewals renewals, SessionChecks checks) {
        this.renewals = renewals;
        this.checks = checks;
    }

    @Override
    public String name() {
        return "lost-holders";
    }

    @Override
    public List<Command> decide(Snapshot snapshot, Instant now) {
        if (!now.isBefore(lastRun) && lastRun.plus(EVERY).isAfter(now)) {
            return List.of();
        }
        lastRun = now;
        var commands = new ArrayList<Command>();
        var known = new TreeSet<String>();
        for (Session session : snapshot.keys().sessions()) {
            String name = KeyEndpoint.sessionName(session.id());
            known.add(name);
            boolean overdue = !session.ttl().isZero()
                    && renewals.isOverdue(name, session.ttl().multipliedBy(SESSION_PATIENCE), now);
            boolean failing = checks.failing(snapshot, session.node(), session.nodeChecks(), session.serviceChecks())
                    .isPresent();
            if (overdue || failing) {
                commands.add(new Command.DestroySession(session.id(), now));
            }
        }
        for (Variable variable : snapshot.variables()) {
            variable.lock().ifPresent(lock -> {
                known.add(VariableEndpoint.lockName(lock.id()));
                if (renewals.isOverdue(VariableEndpoint.lockName(lock.id()), lock.ttl(), now)) {
                    commands.add(lost(variable, lock, now));
                }
            });
        }
        renewals.retain(known);
        return commands;
    }

    private static Command lost(Variable variable, VariableLock lock, Instant now) {
        return new Command.UnlockVariable(variable.key(), lock.id(), true, now);
    }
}
