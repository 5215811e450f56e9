package dev.steppe.client.check;

import dev.steppe.client.check.Probe.Health;
import dev.steppe.model.CheckStatus;
import dev.steppe.model.ServiceCheck;

/** Turns results into a status: it changes after as many results in a row as the check wants. */
final class Judge {
    private final int successes;
    private final int failuresToWarning;
    private final int failuresToCritical;
    private String status;
    private int good;
    private int bad;

    /** {@code known} is the status an earlier agent found, empty for none. */
    Judge(ServiceCheck check, String known) {
        successes = Math.max(1, check.successBeforePassing());
        failuresToCritical = Math.max(1, check.failuresBeforeCritical());
        failuresToWarning = check.failuresBeforeWarning() > 0 ? check.failuresBeforeWarning() : failuresToCritical;
        String initial = check.initialStatus().isEmpty() ? CheckStatus.CRITICAL : check.initialStatus();
        status = known.isEmpty() ? initial : known;
    }

    String status() {
        return status;
    }

    /** Counts a result. A warning counts as an answer: the service works. */
    void take(Health health) {
        if (health == Health.CRITICAL) {
            good = 0;
            bad++;
            if (bad >= failuresToCritical) {
                status = CheckStatus.CRITICAL;
            } else if (bad >= failuresToWarning) {
                status = CheckStatus.WARNING;
            }
            return;
        }
        bad = 0;
        good++;
        if (good >= successes) {
            status = health.word();
        }
    }
}
