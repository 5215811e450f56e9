package dev.steppe.wire.network;

import dev.steppe.io.Loop;
import dev.steppe.wire.Link;
import dev.steppe.wire.Message;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A stream that is being opened, or is open: tries the servers it knows of one after another, and goes where one of them
 * points. One attempt at a time; what is sent before a server takes the stream waits. Owned by the loop, except for what
 * is sent.
 */
public final class Dialing implements Link {
    private static final int POINTED_MAX = 4;

    private final Loop loop;
    private final KnownServers servers;
    private final Attempts attempts;
    private final Link.End end;
    private final Deque<HostPort> toTry;
    private final List<String> failures = new ArrayList<>();
    private final List<Message> unsent = new ArrayList<>();
    private Optional<Attempt> attempt = Optional.empty();
    private boolean open;
    private boolean over;
    private int pointed;

    /** Makes the attempt with one server; that tells the dialing what comes of it. */
    @FunctionalInterface
    public interface Attempts {
        Attempt to(HostPort server, Dialing dialing);
    }

    /** One connection to one server. */
    public interface Attempt {
        HostPort server();

        void begin();

        void send(Message message);

        void close(String reason);
    }

    private Dialing(Loop loop, KnownServers servers, RandomGenerator random, Attempts attempts, Link.End end) {
        this.loop = loop;
        this.servers = servers;
        this.attempts = attempts;
        this.end = end;
        this.toTry = new ArrayDeque<>(servers.toTry(random));
    }

    /** Begins to open a stream; the end is told when that fails. */
    public static Link begin(Loop loop, KnownServers servers, RandomGenerator random, Attempts attempts, Link.End end) {
        var dialing = new Dialing(loop, servers, random, attempts, end);
        loop.execute(dialing::next);
        return dialing;
    }

    private void next() {
        if (over) {
            return;
        }
        var server = toTry.poll();
        if (server == null) {
            over(
                    failures.isEmpty()
                            ? "no server is known: name one in server_join or servers, or join with a token"
                            : "no server takes this node's stream: " + String.join("; ", failures));
            return;
        }
        var trying = attempts.to(server, this);
        attempt = Optional.of(trying);
        trying.begin();
    }

    private void over(String reason) {
        if (!over) {
            over = true;
            end.closed(reason);
        }
    }

    @Override
    public void send(Message message) {
        loop.execute(() -> {
            if (open && !over) {
                attempt.ifPresent(it -> it.send(message));
            } else if (!over) {
                unsent.add(message);
            }
        });
    }

    @Override
    public void close(String reason) {
        loop.execute(() -> {
            attempt.ifPresent(it -> it.close(reason));
            over(reason);
        });
    }

    /** Whether what an attempt does still counts. */
    public boolean isCurrent(Attempt by) {
        return !over && attempt.filter(it -> it == by).isPresent();
    }

    /** The server takes the stream. */
    public void taken(Attempt by) {
        open = true;
        servers.led(Optional.of(by.server()));
        unsent.forEach(by::send);
        unsent.clear();
    }

    public void received(Message message) {
        if (!over) {
            end.received(message);
        }
    }

    /** The attempt came to nothing, or its stream broke. */
    public void failed(Attempt by, String reason) {
        if (!isCurrent(by)) {
            return;
        }
        servers.led(Optional.empty());
        if (open) {
            over(reason);
            return;
        }
        failures.add(by.server() + ": " + reason);
        next();
    }

    /** The server does not lead, and tells who does; true when it is tried next because of that. */
    public boolean pointed(Attempt by, Optional<HostPort> leader, List<HostPort> known) {
        servers.told(known);
        servers.led(leader);
        if (leader.isEmpty() || leader.get().equals(by.server()) || pointed >= POINTED_MAX) {
            return false;
        }
        pointed++;
        toTry.remove(leader.get());
        toTry.addFirst(leader.get());
        return true;
    }
}
