package dev.steppe.api;

import dev.steppe.api.RegionData.Indexed;
import dev.steppe.api.http.Refused;
import dev.steppe.consensus.Consensus;
import dev.steppe.consensus.Members;
import dev.steppe.model.AutopilotSettings;
import dev.steppe.model.Refusal;
import dev.steppe.model.archive.DamagedArchiveException;
import dev.steppe.server.AccessEndpoint;
import dev.steppe.server.Autopilot;
import dev.steppe.server.Reply;
import dev.steppe.server.SavedState;
import dev.steppe.server.Server;
import dev.steppe.server.StateArchive;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What operators do, where the agent is a server itself. */
record ServerRegionOperator(ServerRegion region, ServerRegion.Self self, Server server, Consensus consensus)
        implements RegionOperator {
    private static final long BARRIER_SECONDS = 30;
    /** A state of a gigabyte is a thousand entries of the log, and is read once more by every server. */
    private static final Duration RESTORE_PATIENCE = Duration.ofMinutes(20);

    private static <T> Indexed<T> ask(Consumer<Consumer<Reply<T>>> question)
            throws Refused, IOException, InterruptedException {
        var done = ServerRegion.done(question);
        return new Indexed<>(done.value(), done.index());
    }

    @Override
    public Indexed<Members> remove(String id) throws Refused, IOException, InterruptedException {
        var members =
                ServerRegionOperator.<Members>ask(then -> server.operator().remove(id, then));
        region.serversChanged();
        return members;
    }

    @Override
    public long forceLeave(String name, boolean prune) throws Refused, IOException, InterruptedException {
        if (region.snapshot().region(name).isPresent()) {
            if (!prune) {
                throw Refused.invalid("\"" + name + "\" is another region: it is forgotten with -prune");
            }
            return ServerRegionOperator.<Long>ask(then -> server.agents().forgetRegion(name, then))
                    .index();
        }
        var found = Stream.concat(region.servers().stream(), region.left().stream())
                .filter(peer -> name.equals(peer.name())
                        || name.equals(peer.name() + "." + self.region())
                        || name.equals(peer.id()))
                // of several with one name, whoever does not answer is meant
                .min(Comparator.comparing(peer -> peer.status().equals(Region.ALIVE)))
                .orElseThrow(() -> Refused.notFound("there is no server \"" + name + "\": server members lists them"));
        if (found.status().equals(Region.ALIVE)) {
            throw Refused.invalid(
                    "server " + found.name() + " answers, so it has not gone: stop it first; operator raft"
                            + " remove-peer takes a server out that runs");
        }
        long index = found.status().equals(Region.FAILED)
                ? remove(found.id()).index()
                : region.snapshot().index();
        return prune
                ? ServerRegionOperator.<Long>ask(then -> server.agents().forget(found.id(), then))
                        .index()
                : index;
    }

    @Override
    public Indexed<Members> transfer(Optional<String> id, Optional<String> address)
            throws Refused, IOException, InterruptedException {
        return ask(then -> server.operator().transfer(id, address, then));
    }

    @Override
    public AccessEndpoint.Made makeAccessToken(AccessEndpoint.Wish wish)
            throws Refused, IOException, InterruptedException {
        return ServerRegionOperator.<AccessEndpoint.Made>ask(
                        then -> server.access().make(wish, then))
                .value();
    }

    @Override
    public void deleteAccessToken(String accessorId) throws Refused, IOException, InterruptedException {
        ServerRegionOperator.<Long>ask(then -> server.access().delete(accessorId, then));
    }

    @Override
    public AutopilotSettings autopilot() {
        return server.operator().autopilot();
    }

    @Override
    public long setAutopilot(AutopilotSettings settings, Optional<Long> checkIndex)
            throws Refused, IOException, InterruptedException {
        return ServerRegionOperator.<Long>ask(then -> server.operator().setAutopilot(settings, checkIndex, then))
                .index();
    }

    @Override
    public Autopilot.Health health() throws Refused {
        var health = server.operator().health();
        if (health.servers().isEmpty()) {
            throw Refused.by(
                    new Refusal(Refusal.Code.UNAVAILABLE, "No cluster leader here; ask the server that leads"));
        }
        return health;
    }

    @Override
    public StateArchive save(boolean stale) throws Refused, IOException, InterruptedException {
        if (!stale) {
            awaitNewest();
        }
        return server.operator().archive(self.region(), self.name(), Instant.now());
    }

    private void awaitNewest() throws Refused, InterruptedException {
        var reached = new ArrayBlockingQueue<Consensus.Barrier>(1);
        consensus.readBarrier(reached::add);
        var barrier = Optional.ofNullable(reached.poll(BARRIER_SECONDS, TimeUnit.SECONDS))
                .orElseGet(() -> new Consensus.Barrier.Unavailable("no answer from the log"));
        if (barrier instanceof Consensus.Barrier.Unavailable unavailable) {
            throw Refused.by(new Refusal(Refusal.Code.UNAVAILABLE, unavailable.reason()));
        }
    }

    @Override
    public long restore(Path file) throws Refused, IOException, InterruptedException {
        SavedState saved;
        try {
            saved = SavedState.open(file);
        } catch (DamagedArchiveException damaged) {
            throw Refused.invalid("nothing was restored: " + damaged.getMessage());
        }
        return ServerRegion.<Long>done(then -> server.operator().restore(saved, then), RESTORE_PATIENCE)
                .index();
    }
}
