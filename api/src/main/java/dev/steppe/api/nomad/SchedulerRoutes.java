package dev.steppe.api.nomad;

import dev.steppe.api.Region;
import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.state.Table;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** How placements are decided: read and set as a whole. */
final class SchedulerRoutes {
    private static final String PATH = "/v1/operator/scheduler/configuration";

    private final Region region;
    private final Reads reads;

    SchedulerRoutes(Region region) {
        this.region = region;
        this.reads = new Reads(region);
    }

    List<Route> routes() {
        return List.of(
                Route.get(PATH, Right.READ_OPERATOR, this::read), Route.write(PATH, Right.WRITE_OPERATOR, this::write));
    }

    private Answer read(Request request) throws Refused, IOException, InterruptedException {
        return reads.answer(
                request,
                snapshot -> new Reads.Result(snapshot.index(Table.SCHEDULER_CONFIGURATION), () -> {
                    var shape = new TreeMap<String, Object>();
                    shape.put("SchedulerConfig", snapshot.schedulerConfiguration());
                    shape.put("Index", snapshot.index(Table.SCHEDULER_CONFIGURATION));
                    shape.put("KnownLeader", region.freshness().knownLeader());
                    return shape;
                }),
                Table.SCHEDULER_CONFIGURATION);
    }

    private Response write(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        var checkIndex = request.query().text("cas").isPresent()
                ? Optional.of(request.query().number("cas", 0))
                : Optional.<Long>empty();
        var set = region.setScheduler(wanted(request), checkIndex);
        var reply = new TreeMap<String, Object>();
        reply.put("Updated", set.updated());
        reply.put("Index", set.index());
        return reads.written(reply, set.index());
    }

    private static SchedulerConfiguration wanted(Request request) throws Refused {
        try {
            return Codec.fromJson(
                    SchedulerConfiguration.class, request.requiredBody().text());
        } catch (CodecException wrong) {
            throw Refused.invalid("the scheduler configuration cannot be read: " + wrong.getMessage());
        }
    }
}
