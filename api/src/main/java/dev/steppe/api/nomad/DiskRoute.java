package dev.steppe.api.nomad;

import dev.steppe.api.LocalNode;
import dev.steppe.api.Region;
import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Headers;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.api.http.SinkStream;
import java.util.Optional;

/** The data of an allocation as an archive, for the node that runs the one in its place. */
final class DiskRoute {
    private final Region region;
    private final Optional<LocalNode> node;

    DiskRoute(Region region, Optional<LocalNode> node) {
        this.region = region;
        this.node = node;
    }

    Route route() {
        return Route.get("/v1/client/allocation/{id}/snapshot", Right.HAND_OVER, this::snapshot);
    }

    private Answer snapshot(Request request) throws Refused {
        var allocation = Here.allocation(region, node, request);
        if (!allocation.client().status().isTerminal()) {
            return Response.text(409, "allocation " + allocation.id() + " has not ended yet, and may still write");
        }
        var here = Here.node(node, allocation);
        var disk = here.diskOf(allocation.id())
                .orElseThrow(() -> Refused.notFound("the directory of allocation " + allocation.id()
                        + " is not on node " + allocation.nodeName() + " any more"));
        return SinkStream.answer(Headers.of("Content-Type", "application/x-tar"), to -> {
            disk.write(to);
            to.flush();
            here.handedOver(allocation.id());
        });
    }
}
