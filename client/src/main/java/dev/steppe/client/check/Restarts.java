package dev.steppe.client.check;

import dev.steppe.model.CheckRestart;
import dev.steppe.model.CheckStatus;
import java.time.Instant;

/** Decides when an unhealthy check restarts its task: after so many results in a row, counted when the grace time is over. */
final class Restarts {
    private final CheckRestart policy;
    private Instant graceUntil;
    private int unhealthy;

    Restarts(CheckRestart policy, Instant begun) {
        this.policy = policy;
        this.graceUntil = begun.plus(policy.grace());
    }

    /** Counts the status after a result; true when the task is to be restarted now. */
    boolean isDue(String status, Instant now) {
        boolean bad =
                status.equals(CheckStatus.CRITICAL) || (status.equals(CheckStatus.WARNING) && !policy.ignoreWarnings());
        if (!bad) {
            unhealthy = 0;
            return false;
        }
        if (policy.limit() <= 0 || now.isBefore(graceUntil)) {
            return false;
        }
        unhealthy++;
        if (unhealthy < policy.limit()) {
            return false;
        }
        begin(now);
        return true;
    }

    /** The task starts anew. */
    void begin(Instant now) {
        unhealthy = 0;
        graceUntil = now.plus(policy.grace());
    }
}
