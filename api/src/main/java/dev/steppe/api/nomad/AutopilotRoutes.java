package dev.steppe.api.nomad;

import dev.steppe.api.Region;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.language.duration.DurationText;
import dev.steppe.model.AutopilotSettings;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.server.Autopilot;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** How the servers take care of themselves, and how they are. */
final class AutopilotRoutes {
    private static final int UNHEALTHY = 429;

    private final Region region;
    private final Reads reads;
    private final String version;

    AutopilotRoutes(Region region, String version) {
        this.region = region;
        this.reads = new Reads(region);
        this.version = version;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/operator/autopilot/configuration", Right.READ_OPERATOR, this::configuration),
                Route.put("/v1/operator/autopilot/configuration", Right.WRITE_OPERATOR, this::configure),
                Route.get("/v1/operator/autopilot/health", Right.READ_OPERATOR, this::health)
                        .byLeader());
    }

    /** The wire shape: durations as people write them, and switches of an edition that Steppe does not know. */
    record Shape(
            Optional<Boolean> cleanupDeadServers,
            Optional<String> lastContactThreshold,
            Optional<Long> maxTrailingLogs,
            Optional<Long> minQuorum,
            Optional<String> serverStabilizationTime,
            Optional<Boolean> enableRedundancyZones,
            Optional<Boolean> disableUpgradeMigration,
            Optional<Boolean> enableCustomUpgrades,
            Optional<Long> createIndex,
            Optional<Long> modifyIndex) {}

    private Response configuration(Request request) throws Refused {
        reads.checkRegion(request);
        var settings = region.operator().autopilot();
        var shape = new TreeMap<String, Object>();
        shape.put("CleanupDeadServers", settings.cleanupDeadServers());
        shape.put("LastContactThreshold", text(settings.lastContactThreshold()));
        shape.put("MaxTrailingLogs", settings.maxTrailingLogs());
        shape.put("MinQuorum", settings.minQuorum());
        shape.put("ServerStabilizationTime", text(settings.serverStabilizationTime()));
        shape.put("EnableRedundancyZones", false);
        shape.put("DisableUpgradeMigration", false);
        shape.put("EnableCustomUpgrades", false);
        shape.put("CreateIndex", settings.createIndex());
        shape.put("ModifyIndex", settings.modifyIndex());
        return reads.response(shape, Math.max(1, settings.modifyIndex()));
    }

    private Response configure(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        var wanted = wanted(request);
        var cas = request.query().text("cas");
        var checkIndex = cas.isPresent() ? Optional.of(request.query().number("cas", 0)) : Optional.<Long>empty();
        try {
            long index = region.operator().setAutopilot(wanted, checkIndex);
            return reads.written(true, index);
        } catch (Refused changed) {
            if (checkIndex.isPresent() && changed.kind() == Refused.Kind.CONFLICT) {
                return Reads.json(false);
            }
            throw changed;
        }
    }

    private AutopilotSettings wanted(Request request) throws Refused {
        try {
            var given = Codec.fromJson(Shape.class, request.requiredBody().toArray());
            refuse(given.enableRedundancyZones, "EnableRedundancyZones");
            refuse(given.disableUpgradeMigration, "DisableUpgradeMigration");
            refuse(given.enableCustomUpgrades, "EnableCustomUpgrades");
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

    private static void refuse(Optional<Boolean> given, String name) throws Refused {
        if (given.orElse(false)) {
            throw Refused.unsupported(name + " is not supported by this version of Steppe: leave it out or false");
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

    private Response health(Request request) throws Refused {
        reads.checkRegion(request);
        var health = region.operator().health();
        var reply = new TreeMap<String, Object>();
        var servers = new ArrayList<Object>();
        var voters = new ArrayList<Object>();
        for (var server : health.servers()) {
            servers.add(shape(server));
            voters.add(server.member().id().value());
            if (server.leader()) {
                reply.put("Leader", server.member().id().value());
            }
        }
        reply.put("Healthy", health.healthy());
        reply.put("FailureTolerance", health.failureTolerance());
        reply.put("Servers", servers);
        reply.put("Voters", voters);
        var answer = Reads.json(reply);
        return health.healthy() ? answer : Response.json(UNHEALTHY, answer.body());
    }

    private Map<String, Object> shape(Autopilot.ServerHealth server) {
        var known = region.servers().stream()
                .filter(peer -> peer.id().equals(server.member().id().value()))
                .findFirst();
        var shape = new TreeMap<String, Object>();
        shape.put("ID", server.member().id().value());
        shape.put(
                "Name",
                known.map(it -> it.name() + "." + region.name())
                        .orElse(server.member().id().value()));
        shape.put("Address", known.map(Region.Peer::address).orElse(""));
        shape.put("SerfStatus", server.healthy() ? "alive" : "failed");
        shape.put("Version", version);
        shape.put("Leader", server.leader());
        shape.put("LastContact", server.lastContact().toMillis() + "ms");
        shape.put("LastIndex", server.lastIndex());
        shape.put("Healthy", server.healthy());
        shape.put("Voter", true);
        shape.put("StableSince", server.stableSince().toString());
        return shape;
    }
}
