package dev.steppe.simulation;

import java.util.Arrays;
import java.util.TreeMap;

/** What each server applied where: the same command and the same state at the same place, or an invariant is broken. */
final class AppliedStates implements SimulatedLog.Journal {
    private final TreeMap<Long, Seen> commands = new TreeMap<>();
    private final TreeMap<Long, Seen> states = new TreeMap<>();

    private record Seen(String server, int hash) {}

    @Override
    public void applied(String server, long command, byte[] bytes) {
        same("applied_commands_are_equal", commands, server, command, bytes);
    }

    @Override
    public void captured(String server, long command, byte[] state) {
        same("applied_states_are_equal", states, server, command, state);
    }

    private static void same(String invariant, TreeMap<Long, Seen> seen, String server, long place, byte[] bytes) {
        var here = new Seen(server, Arrays.hashCode(bytes));
        var first = seen.putIfAbsent(place, here);
        if (first != null && first.hash != here.hash) {
            throw new Invariants.Broken(
                    invariant, "after command " + place + " " + server + " has something else than " + first.server);
        }
    }
}
