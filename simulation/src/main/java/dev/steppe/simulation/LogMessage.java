package dev.steppe.simulation;

import java.util.List;

/** What members of the simulated log say to each other. It may be lost, doubled, late and in another order. */
sealed interface LogMessage {
    long term();

    /** Elect me: this is how far my log goes. */
    record Candidacy(long term, String candidate, long lastIndex, long lastTerm) implements LogMessage {}

    /** The answer of one who may have elected. */
    record Ballot(long term, String voter, boolean granted) implements LogMessage {}

    /** I lead; these entries follow on that one, and so far they are committed. Round is for telling answers apart. */
    record Append(
            long term, String leader, long previous, long previousTerm, List<LogContent.Entry> entries, long committed)
            implements LogMessage {}

    /** You are so far behind that you get my state. */
    record Install(long term, String leader, LogContent.Stored snapshot) implements LogMessage {}

    /** The log is as the leader says up to there, and durable; or it does not fit, and goes no further than there. */
    record Appended(long term, String follower, boolean fits, long upTo) implements LogMessage {}
}
