package dev.steppe.api.nomad;

import dev.steppe.api.LocalNode;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.model.codec.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.regex.Pattern;

/** The words about the node of this agent, which jobs may ask for: read, and changed while it runs. */
final class NodeMetaRoutes {
    private static final Pattern KEY = Pattern.compile("[^\\s\"'$={}\\[\\]]{1,128}");

    private final Optional<LocalNode> node;

    NodeMetaRoutes(Optional<LocalNode> node) {
        this.node = node;
    }

    /** What to change: a null takes a word away. */
    private record Change(
            SortedMap<String, Optional<String>> meta,
            @Json("NodeID") Optional<String> nodeId) {}

    List<Route> routes() {
        return List.of(
                Route.get("/v1/client/metadata", Right.READ_NODES, this::read),
                Route.write("/v1/client/metadata", Right.WRITE_NODES, this::change));
    }

    private Response read(Request request) throws Refused {
        return Reads.json(here(request.query().text("node_id")).meta());
    }

    private Response change(Request request) throws Refused, IOException {
        Change change;
        try {
            change = Codec.fromJson(
                    Change.class, new String(request.requiredBody().toArray(), StandardCharsets.UTF_8));
        } catch (CodecException wrong) {
            throw Refused.invalid("the body is not {\"Meta\": {\"key\": \"value\" or null}}: " + wrong.getMessage());
        }
        var here = here(change.nodeId()
                .filter(id -> !id.isEmpty())
                .or(() -> request.query().text("node_id")));
        if (change.meta().isEmpty()) {
            throw Refused.invalid("missing required Meta object");
        }
        for (var key : change.meta().keySet()) {
            if (!KEY.matcher(key).matches()) {
                throw Refused.invalid("meta key \"" + key
                        + "\" must have 1 to 128 characters and no spaces, quotes, brackets, $ or =");
            }
        }
        return Reads.json(here.changeMeta(change.meta()));
    }

    private LocalNode here(Optional<String> wanted) throws Refused {
        var here = node.orElseThrow(() -> Refused.notFound("this agent is no node: ask the node's own agent"));
        if (wanted.isPresent() && !here.id().value().startsWith(wanted.get())) {
            throw Refused.notFound("node " + wanted.get() + " is not the node of this agent, which is " + here.id()
                    + ": ask the node's own agent");
        }
        return here;
    }
}
