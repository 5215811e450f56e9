package dev.steppe.server;

import dev.steppe.consensus.Consensus;
import dev.steppe.consensus.Leadership;
import dev.steppe.consensus.Member;
import dev.steppe.consensus.MemberId;
import dev.steppe.consensus.Members;
import dev.steppe.consensus.Membership;
import dev.steppe.model.AutopilotSettings;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Looks after the servers while this one leads: who is healthy and since when, whether a new one has been there long
 * enough, and which failed one has been replaced and goes. Owned by the server's loop; {@link #health} may be asked from
 * any thread.
 */
public final class Autopilot {
    private static final System.Logger LOG = System.getLogger(Autopilot.class.getName());
    /** After so many times as long as a healthy one may be silent, a server has failed, and not merely been slow. */
    private static final int DEAD_AFTER_TIMES = 30;
    /** The leader says something to each server this often at least; the last answer is as old as that. */
    private static final Duration SPOKEN_TO_EVERY = Duration.ofMillis(250);
    /** A newcomer that did not ask for so long was away. */
    private static final Duration ASKED_AGAIN_WITHIN = Duration.ofSeconds(5);

    private final Consensus consensus;
    private final Map<MemberId, Instant> stableSince = new ConcurrentHashMap<>();
    private final TreeMap<MemberId, Asking> newcomers = new TreeMap<>();
    private volatile boolean changing;

    /** Since when a server asks to be taken in, and when it last did. */
    private record Asking(Instant since, Instant last) {}

    /** How the servers are, as the leader sees them. */
    public record Health(boolean healthy, int failureTolerance, List<ServerHealth> servers) {
        public Health {
            servers = List.copyOf(servers);
        }
    }

    /** How one server is. */
    public record ServerHealth(
            Member member,
            boolean leader,
            boolean healthy,
            Duration lastContact,
            long lastIndex,
            Instant stableSince) {}

    Autopilot(Consensus consensus) {
        this.consensus = consensus;
    }

    /** What was known belongs to a former leadership. */
    void begin() {
        stableSince.clear();
        newcomers.clear();
        changing = false;
    }

    /** Whether a newcomer that asks has been there long enough to be taken in. */
    boolean isSettled(MemberId newcomer, Duration stabilization, Instant now) {
        var before = Optional.ofNullable(newcomers.get(newcomer))
                .filter(asking -> asking.last.plus(ASKED_AGAIN_WITHIN).isAfter(now));
        var since = before.map(Asking::since).orElse(now);
        newcomers.put(newcomer, new Asking(since, now));
        return !since.plus(stabilization).isAfter(now);
    }

    /** Looks at the servers and takes a failed one out when another has taken its place. */
    void look(AutopilotSettings settings, Instant now) {
        for (var server : health(settings, now).servers()) {
            if (server.healthy()) {
                stableSince.putIfAbsent(server.member().id(), now);
            } else {
                stableSince.remove(server.member().id());
            }
        }
        if (!changing) {
            superfluous(consensus.membership().members(), consensus.membership().progress(), settings)
                    .ifPresent(this::remove);
        }
    }

    private void remove(MemberId dead) {
        LOG.log(Level.INFO, "removing a server that failed and was replaced server=" + dead);
        changing = true;
        consensus.membership().change(consensus.membership().members().without(dead), outcome -> changing = false);
    }

    /**
     * A server that failed, of an even number: one less bears as many failures, so another has taken its place. Those that
     * answer must be a majority before and after.
     */
    static Optional<MemberId> superfluous(
            Members members, List<Membership.Progress> progress, AutopilotSettings settings) {
        int size = members.all().size();
        var deadAfter = deadAfter(settings);
        var dead = progress.stream()
                .filter(other -> other.lastContact().compareTo(deadAfter) > 0 && members.contains(other.member()))
                .map(Membership.Progress::member)
                .toList();
        boolean replaced = size > 2 && size % 2 == 0;
        boolean majority = (size - dead.size()) * 2 > size;
        boolean enoughLeft = size - 1 >= settings.minQuorum();
        return settings.cleanupDeadServers() && replaced && majority && enoughLeft
                ? dead.stream().findFirst()
                : Optional.empty();
    }

    private static Duration deadAfter(AutopilotSettings settings) {
        return settings.lastContactThreshold().multipliedBy(DEAD_AFTER_TIMES);
    }

    /** How the servers are; without servers on one that does not lead. */
    Health health(AutopilotSettings settings, Instant now) {
        if (!(consensus.leadership() instanceof Leadership.Leading)) {
            return new Health(false, 0, List.of());
        }
        var status = consensus.status();
        var progress = new HashMap<MemberId, Membership.Progress>();
        consensus.membership().progress().forEach(other -> progress.put(other.member(), other));
        var servers = new ArrayList<ServerHealth>();
        for (var member : consensus.membership().members().all()) {
            boolean self = member.id().equals(status.self());
            var known = Optional.ofNullable(progress.get(member.id()));
            var contact =
                    self ? Duration.ZERO : known.map(it -> it.lastContact()).orElse(deadAfter(settings));
            long index = self
                    ? status.lastEntryIndex()
                    : known.map(it -> it.lastEntryIndex()).orElse(-1L);
            boolean healthy = contact.compareTo(settings.lastContactThreshold().plus(SPOKEN_TO_EVERY)) <= 0
                    && index + settings.maxTrailingLogs() >= status.lastEntryIndex();
            servers.add(new ServerHealth(
                    member, self, healthy, contact, index, stableSince.getOrDefault(member.id(), now)));
        }
        int well = (int) servers.stream().filter(ServerHealth::healthy).count();
        int tolerance = Math.max(0, well - (servers.size() / 2 + 1));
        return new Health(well == servers.size(), tolerance, servers);
    }
}
