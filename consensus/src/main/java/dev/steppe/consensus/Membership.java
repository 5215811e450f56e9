package dev.steppe.consensus;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Who takes part in the log. Only the leader changes it, one change at a time; a change is an entry of the log itself.
 * Methods may be called from any thread and do not block; callbacks come on a thread of the log.
 */
public interface Membership {

    /** The members as this one knows them now. */
    Members members();

    /**
     * Makes these the members. At most one may be new: it gets the whole log first, and only counts when it has it. A
     * leader that is not among them steps down afterwards.
     */
    void change(Members wanted, Consumer<Outcome> then);

    /** Hands the leadership over to that member, or to the one that is furthest when none is named. */
    void transfer(Optional<MemberId> to, Consumer<Outcome> then);

    /** What the leader knows of the others; empty on any other member. */
    List<Progress> progress();

    /** Of a log whose members stay as they are. */
    static Membership fixed(Members members) {
        return new Membership() {
            @Override
            public Members members() {
                return members;
            }

            @Override
            public void change(Members wanted, Consumer<Outcome> then) {
                then.accept(new Outcome.Failed("the members of this log cannot be changed"));
            }

            @Override
            public void transfer(Optional<MemberId> to, Consumer<Outcome> then) {
                then.accept(new Outcome.Failed("there is no other member"));
            }

            @Override
            public List<Progress> progress() {
                return List.of();
            }
        };
    }

    /** How a change of the membership or of the leadership ended. */
    sealed interface Outcome {
        /** It is so now. */
        record Done() implements Outcome {}

        /** Not done, or not known to be done, for this reason. */
        record Failed(String reason) implements Outcome {}
    }

    /**
     * What the leader knows of another member.
     *
     * @param lastContact how long ago it last answered
     * @param lastEntryIndex the last entry that it is known to have
     */
    record Progress(MemberId member, Duration lastContact, long lastEntryIndex) {}
}
