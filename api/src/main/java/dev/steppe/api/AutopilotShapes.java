package dev.steppe.api;

import dev.steppe.api.http.Bytes;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.language.duration.DurationText;
import dev.steppe.model.AutopilotSettings;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.server.Autopilot;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** How the servers take care of themselves and how they are, in the shapes that both dialects have in common. */
public final class AutopilotShapes {
    /** Whether a server answers; each dialect has another word for it. */
    private static final String STATUS = "Status";

    private static final int UNHEALTHY = 429;

    private final Region region;
    private final String version;

    public AutopilotShapes(Region region, String version) {
        this.region = region;
        this.version = version;
    }

    /** What somebody wants changed: durations as people write them, and switches of an edition that Steppe does not know. */
    record Wish(
            Optional<Boolean> cleanupDeadServers,
            Optional<String> lastContactThreshold,
            Optional<Long> maxTrailingLogs,
            Optional<Long> minQuorum,
            Optional<String> serverStabilizationTime,
            Optional<Boolean> enableRedundancyZones,
            Optional<Boolean> disableUpgradeMigration,
            Optional<Boolean> enableCustomUpgrades,
            Optional<String> redundancyZoneTag,
            Optional<String> upgradeVersionTag,
            Optional<Long> createIndex,
            Optional<Long> modifyIndex) {}

    /** The settings that hold; the dialect adds words of its own. */
    public SortedMap<String, Object> settings() {
        var settings = region.operator().autopilot();
        var shape = new TreeMap<String, Object>();
        shape.put("CleanupDeadServers", settings.cleanupDeadServers());
        shape.put("LastContactThreshold", text(settings.lastContactThreshold()));
        shape.put("MaxTrailingLogs", settings.maxTrailingLogs());
        shape.put("MinQuorum", settings.minQuorum());
        shape.put("ServerStabilizationTime", text(settings.serverStabilizationTime()));
        shape.put("DisableUpgradeMigration", false);
        shape.put("CreateIndex", settings.createIndex());
        shape.put("ModifyIndex", settings.modifyIndex());
        return shape;
    }

    /**
     * Takes the settings of the body and answers the index they were written at; nothing when {@code cas} asked for
     * settings that somebody changed meanwhile.
     */
    public Optional<Long> configure(Request request) throws Refused, IOException, InterruptedException {
        var wanted = wanted(request);
        var cas = request.query().text("cas");
        var checkIndex = cas.isPresent() ? Optional.of(request.query().number("cas", 0)) : Optional.<Long>empty();
        try {
            return Optional.of(region.operator().setAutopilot(wanted, checkIndex));
        } catch (Refused changed) {
            if (checkIndex.isPresent() && changed.kind() == Refused.Kind.CONFLICT) {
                return Optional.empty();
            }
            throw changed;
        }
    }

    /** The settings as the body wants them; what it does not say stays. */
    private AutopilotSettings wanted(Request request) throws Refused {
        try {
            var given = Codec.fromJson(Wish.class, request.requiredBody().toArray());
            refuse(given.enableRedundancyZones.orElse(false), "EnableRedundancyZones");
            refuse(given.disableUpgradeMigration.orElse(false), "DisableUpgradeMigration");
            refuse(given.enableCustomUpgrades.orElse(false), "EnableCustomUpgrades");
            refuse(!given.redundancyZoneTag.orElse("").isEmpty(), "RedundancyZoneTag");
            refuse(!given.upgradeVersionTag.orElse("").isEmpty(), "UpgradeVersionTag");
            var present = region.operator().autopilot();
            return new AutopilotSettings(
                    given.cleanupDeadServers.orElse(present.cleanupDeadServers()),
                    duration(given.lastContactThreshold, present.lastContactThreshold()),
                    given.maxTrailingLogs.orElse(present.maxTrailingLogs()),
                    given.minQuorum.orElse(present.minQuorum()),
                    duration(given.serverStabilizationTime, present.serverStabilizationTime()),
                    0,
                    0);
        } catch (CodecException | IllegalArgumentException wrong) {
            throw Refused.invalid("the configuration of the autopilot is wrong: " + wrong.getMessage());
        }
    }

    private static void refuse(boolean given, String name) throws Refused {
        if (given) {
            throw Refused.unsupported(
                    name + " is not supported by this version of Steppe: leave it out, empty or false");
        }
    }

    private static Duration duration(Optional<String> given, Duration otherwise) throws Refused {
        try {
            return given.isEmpty() || given.get().isEmpty() ? otherwise : DurationText.parse(given.get());
        } catch (DurationText.InvalidDurationException wrong) {
            throw Refused.invalid(String.valueOf(wrong.getMessage()));
        }
    }

    private static String text(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }

    /** How the servers are, as the leader sees them; the status of the answer alone tells whether all are well. */
    public Response health() throws Refused {
        var health = region.operator().health();
        var document = Bytes.wrap(Codec.toJsonBytes(shape(health), false));
        return health.healthy() ? Response.json(document) : Response.json(UNHEALTHY, document);
    }

    private SortedMap<String, Object> shape(Autopilot.Health health) {
        var reply = new TreeMap<String, Object>();
        var servers = new ArrayList<Object>();
        var voters = new ArrayList<Object>();
        for (var server : health.servers()) {
            servers.add(server(server));
            voters.add(server.member().id().value());
            if (server.leader()) {
                reply.put("Leader", server.member().id().value());
            }
        }
        reply.put("Healthy", health.healthy());
        reply.put("FailureTolerance", health.failureTolerance());
        reply.put("Servers", servers);
        reply.put("Voters", voters);
        return reply;
    }

    private SortedMap<String, Object> server(Autopilot.ServerHealth server) {
        var shape = known(server);
        shape.put("SerfStatus", shape.remove(STATUS));
        shape.put("Leader", server.leader());
        shape.put("Voter", true);
        return shape;
    }

    /** The same in the other form that one dialect has for it. */
    public SortedMap<String, Object> state() throws Refused {
        var health = region.operator().health();
        var reply = shape(health);
        var servers = new TreeMap<String, Object>();
        for (var server : health.servers()) {
            var shape = known(server);
            shape.put("NodeStatus", shape.remove(STATUS));
            shape.put("Status", server.leader() ? "leader" : "voter");
            shape.put("NodeType", "voter");
            shape.put("Meta", new TreeMap<>());
            servers.put(server.member().id().value(), shape);
        }
        reply.put("Servers", servers);
        reply.put("OptimisticFailureTolerance", health.failureTolerance());
        return reply;
    }

    private TreeMap<String, Object> known(Autopilot.ServerHealth server) {
        var id = server.member().id().value();
        var peer = region.servers().stream().filter(it -> it.id().equals(id)).findFirst();
        var shape = new TreeMap<String, Object>();
        shape.put("ID", id);
        shape.put("Name", peer.map(it -> it.name() + "." + region.name()).orElse(id));
        shape.put("Address", peer.map(Region.Peer::address).orElse(""));
        shape.put(STATUS, peer.map(Region.Peer::status).orElse(Region.FAILED));
        shape.put("Version", version);
        shape.put("LastContact", server.lastContact().toMillis() + "ms");
        shape.put("LastIndex", server.lastIndex());
        shape.put("Healthy", server.healthy());
        shape.put("StableSince", server.stableSince().toString());
        return shape;
    }
}
