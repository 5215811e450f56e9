package dev.steppe.simulation;

import java.util.SplittableRandom;
import java.util.TreeMap;

/** The members of a simulated log and the ways between them. Words are lost, late, doubled and overtaken by others. */
final class LogGroup {
    private static final int DOUBLED_PER_MILLE = 10;

    private final VirtualTime time;
    private final Tally tally;
    private final Routes routes;
    private final SplittableRandom random;
    private final TreeMap<String, SimulatedLog> members = new TreeMap<>();

    LogGroup(VirtualTime time, Tally tally, Routes routes) {
        this.time = time;
        this.tally = tally;
        this.routes = routes;
        this.random = time.split();
    }

    Tally tally() {
        return tally;
    }

    /** A member's process began. */
    void joined(String name, SimulatedLog member) {
        members.put(name, member);
    }

    /** A member's process is gone. */
    void left(String name) {
        members.remove(name);
    }

    void send(String from, String to, LogMessage message) {
        boolean doubled = random.nextInt(1000) < DOUBLED_PER_MILLE;
        for (int i = 0; i < (doubled ? 2 : 1); i++) {
            if (routes.isOpen(from, to)) {
                time.after(routes.delay(), "log " + from + " to " + to, () -> deliver(from, to, message));
            }
        }
    }

    private void deliver(String from, String to, LogMessage message) {
        var member = members.get(to);
        if (member != null && routes.isOpen(from, to)) {
            member.received(message);
        }
    }
}
