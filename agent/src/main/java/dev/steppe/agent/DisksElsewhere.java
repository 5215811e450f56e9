package dev.steppe.agent;

import dev.steppe.api.http.HttpServer;
import dev.steppe.client.disk.FarDisks;
import dev.steppe.model.AllocationId;
import dev.steppe.state.Store;
import dev.steppe.wire.network.AgentCalls;
import dev.steppe.wire.network.HostPort;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Where the data of allocations of other nodes is: an agent with a server knows and asks that node's agent, another one lets
 * a server ask.
 */
final class DisksElsewhere implements FarDisks {
    private static final Duration HEAD_WITHIN = Duration.ofSeconds(30);
    private static final int STILL_RUNS = 409;
    private static final int REASON_MAX = 1_000;

    private final LinkPart link;
    private final Optional<Store> store;
    private final String face;

    /** {@code face} is the name of the API that has the route. */
    DisksElsewhere(LinkPart link, Optional<Store> store, String face) {
        this.link = link;
        this.store = store;
        this.face = face;
    }

    @Override
    public Answer of(AllocationId allocation) throws IOException, InterruptedException {
        var call = new AgentCalls.Call(
                "GET",
                "/v1/client/allocation/" + allocation + "/snapshot",
                Map.of(HttpServer.Setup.FACE, List.of(face)),
                new byte[0]);
        if (store.isPresent()) {
            return fromNode(store.get(), allocation, call);
        }
        var failure = new IOException("no server is known");
        for (HostPort server : link.servers().toTry(ThreadLocalRandom.current())) {
            try {
                return answer(link.calls().send(server, call, HEAD_WITHIN));
            } catch (IOException unreachable) {
                failure = unreachable;
            }
        }
        throw failure;
    }

    private Answer fromNode(Store known, AllocationId allocation, AgentCalls.Call call)
            throws IOException, InterruptedException {
        var snapshot = known.snapshot();
        var node = snapshot.allocation(allocation).flatMap(it -> snapshot.node(it.nodeId()));
        if (node.isEmpty()) {
            return new Answer.Gone("its node is not known any more");
        }
        var address = node.get().spec().agentAddress().map(text -> HostPort.parse(text, 0));
        if (address.isEmpty()) {
            return new Answer.Gone("node " + node.get().spec().name() + " does not say where its agent is called");
        }
        return answer(link.nodeCalls().send(address.get(), call, HEAD_WITHIN));
    }

    private static Answer answer(HttpResponse<InputStream> response) throws IOException {
        if (response.statusCode() == 200) {
            return new Answer.Found(response.body());
        }
        String text;
        try (var body = response.body()) {
            text = new String(body.readNBytes(REASON_MAX), StandardCharsets.UTF_8).strip();
        }
        return switch (response.statusCode()) {
            case STILL_RUNS -> new Answer.StillRuns();
            case 404 -> new Answer.Gone(text);
            default -> throw new IOException(text.isEmpty() ? "status " + response.statusCode() : text);
        };
    }
}
