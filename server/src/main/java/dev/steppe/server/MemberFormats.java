package dev.steppe.server;

import java.util.List;

/** What the other servers of the region understand of the log, as they say themselves. Asked from any thread. */
@FunctionalInterface
public interface MemberFormats {

    /** Each server that a format of the log has to wait for, and why, in words for an operator. */
    List<String> objections(int format);

    /** Of a server that is alone. */
    static MemberFormats alone() {
        return format -> List.of();
    }
}
