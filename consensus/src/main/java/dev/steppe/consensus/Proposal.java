package dev.steppe.consensus;

import java.util.Optional;

/** How a proposed command ended. */
public sealed interface Proposal {

    /**
     * Durable on a majority and applied here.
     *
     * @param index the command's place in the order of all commands, the same on every member
     * @param result what {@link ReplicatedMachine#apply} returned
     */
    record Applied(long index, Object result) implements Proposal {}

    /** Not accepted, and never applied: this member does not lead. Try the given one. */
    record NotLeader(Optional<MemberId> leader) implements Proposal {}

    /**
     * No outcome.
     *
     * @param mayStillApply false if the command certainly never applies; true if nobody can tell, so that a retry may
     *     apply it twice
     */
    record Unavailable(String reason, boolean mayStillApply) implements Proposal {}
}
