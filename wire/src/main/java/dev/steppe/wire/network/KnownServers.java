package dev.steppe.wire.network;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The servers an agent knows of: those its configuration names and those that servers told it. Safe for use from any
 * thread.
 */
public final class KnownServers {
    private final List<HostPort> configured;
    private final List<Consumer<List<HostPort>>> listeners = new CopyOnWriteArrayList<>();
    private List<HostPort> told;
    private Optional<HostPort> leader = Optional.empty();
    private boolean reached;

    /** Begins with what the configuration names and what was told to an earlier agent with the same data. */
    public KnownServers(Collection<HostPort> configured, Collection<HostPort> told) {
        this.configured = List.copyOf(configured);
        this.told = List.copyOf(told);
    }

    /** The listener gets what servers tell, each time it is something else. */
    public void onTold(Consumer<List<HostPort>> listener) {
        listeners.add(listener);
    }

    /** All of them; those that servers told first. */
    public synchronized List<HostPort> all() {
        var all = new LinkedHashSet<>(told);
        all.addAll(configured);
        return List.copyOf(all);
    }

    /** All in the order in which to try them: the leader, if it is known, then the others in any order. */
    public List<HostPort> toTry(RandomGenerator random) {
        var first = leader();
        var others = new ArrayList<>(all());
        Collections.shuffle(others, random);
        first.ifPresent(it -> {
            others.remove(it);
            others.addFirst(it);
        });
        return others;
    }

    /** Who leads, as far as known. */
    public synchronized Optional<HostPort> leader() {
        return leader;
    }

    /** That one leads, or nobody is known to. */
    public synchronized void led(Optional<HostPort> newLeader) {
        leader = newLeader;
        reached |= newLeader.isPresent();
    }

    /** Whether any server ever took this agent. */
    public synchronized boolean wasReached() {
        return reached;
    }

    /** A server told which there are. */
    public void told(List<HostPort> servers) {
        synchronized (this) {
            if (servers.isEmpty() || servers.equals(told)) {
                return;
            }
            told = List.copyOf(servers);
        }
        listeners.forEach(listener -> listener.accept(servers));
    }
}
