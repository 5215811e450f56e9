package dev.steppe.api.nomad;

import dev.steppe.api.AgentIdentity;
import dev.steppe.api.LocalNode;
import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Bytes;
import dev.steppe.api.http.Headers;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.api.log.LogBroadcast;
import dev.steppe.model.codec.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.logging.Level;

/** The agent's own log as a stream, as fine as the one who watches asks. */
final class MonitorRoutes {
    private static final Duration HEARTBEAT = Duration.ofSeconds(1);

    private final AgentIdentity identity;
    private final Optional<LocalNode> node;
    private final LogBroadcast log;

    MonitorRoutes(AgentIdentity identity, Optional<LocalNode> node, LogBroadcast log) {
        this.identity = identity;
        this.node = node;
        this.log = log;
    }

    List<Route> routes() {
        return List.of(Route.get("/v1/agent/monitor", Right.READ_AGENT, this::monitor));
    }

    private Answer monitor(Request request) throws Refused {
        var asked = request.query().text("log_level").orElse("");
        var level = LogBroadcast.level(asked)
                .orElseThrow(() ->
                        Refused.invalid("Unknown log level \"" + asked + "\": use trace, debug, info, warn or error"));
        if (request.query().flag("log_include_location")) {
            throw Refused.unsupported("log_include_location is not supported; each line names its logger");
        }
        refuseOthers(request);
        boolean plain = request.query().flag("plain");
        boolean json = request.query().flag("log_json");
        return new Answer.Streamed(
                200,
                Headers.of("Content-Type", plain ? "text/plain; charset=utf-8" : "application/json"),
                sink -> follow(level, json, plain, sink));
    }

    /** The agent asked is the one that answers. */
    private void refuseOthers(Request request) throws Refused {
        var asked = request.query().text("node_id");
        boolean otherNode = asked.isPresent()
                && node.filter(local -> local.id().value().startsWith(asked.get()))
                        .isEmpty();
        var server = request.query().text("server_id");
        boolean otherServer = server.isPresent()
                && !List.of("leader", identity.name()).contains(server.get().replaceAll("\\..*", ""));
        if (otherNode || otherServer) {
            throw Refused.notFound(
                    "there is no other agent with this node_id or server_id that can be reached from here");
        }
    }

    private void follow(Level level, boolean json, boolean plain, Answer.Sink sink)
            throws IOException, InterruptedException {
        try (var watcher = log.watch(level)) {
            while (sink.isOpen()) {
                var line = watcher.next(HEARTBEAT);
                if (line.isEmpty()) {
                    if (!plain) {
                        sink.write(Bytes.utf8("{}"));
                    }
                    continue;
                }
                var text = (json ? json(line.get()) : text(line.get())) + "\n";
                sink.write(plain ? Bytes.utf8(text) : frame(text));
            }
        }
    }

    private static String text(LogBroadcast.Line line) {
        return line.at().truncatedTo(ChronoUnit.MILLIS) + " [" + line.level() + "] " + line.logger() + ": "
                + line.message();
    }

    private static String json(LogBroadcast.Line line) {
        var fields = new TreeMap<String, Object>();
        fields.put("@timestamp", line.at().toString());
        fields.put("@level", line.level().toLowerCase(java.util.Locale.ROOT));
        fields.put("@module", line.logger());
        fields.put("@message", line.message());
        return Codec.toJson(fields);
    }

    private static Bytes frame(String text) {
        var frame = new TreeMap<String, Object>();
        frame.put("Data", Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
        return Bytes.utf8(Codec.toJson(frame));
    }
}
