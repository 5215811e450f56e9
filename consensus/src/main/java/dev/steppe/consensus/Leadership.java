package dev.steppe.consensus;

import java.util.Optional;

/** A member's part in the log at one moment. */
public sealed interface Leadership {

    /** Leads, and has applied everything acknowledged in earlier terms. */
    record Leading(long term) implements Leadership {}

    /** Follows the leader, if one is known, or waits for an election. */
    record Following(long term, Optional<MemberId> leader) implements Leadership {}

    /** Takes part no more: closed, or stopped by a failure that a restart has to mend. Final. */
    record Stopped(String reason) implements Leadership {}
}
