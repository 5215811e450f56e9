package dev.steppe.api.nomad;

import dev.steppe.api.LiveCatalog;
import dev.steppe.api.Region;
import dev.steppe.api.event.EventHistory;
import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Bytes;
import dev.steppe.api.http.Headers;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.model.codec.Codec;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The stream of events: one JSON object a line, from an index on, by topic and key. */
final class EventRoutes {
    private static final List<String> TOPICS = List.of(
            "*",
            "Job",
            "Evaluation",
            "Allocation",
            "Node",
            "Service",
            "Variable",
            "Deployment",
            // known, and never anything in them in this version
            "NodePool",
            "ACLPolicy",
            "ACLToken",
            "ACLRole",
            "ACLAuthMethod",
            "ACLBindingRule",
            "HostVolume",
            "CSIVolume",
            "CSIPlugin",
            "Operator");

    private static final Duration HEARTBEAT = Duration.ofSeconds(10);
    private static final Bytes EMPTY_LINE = Bytes.utf8("{}\n");

    private final Region region;
    private final String datacenter;
    private final EventHistory history;
    private final Reads reads;

    EventRoutes(Region region, LiveCatalog catalog, EventHistory history) {
        this.region = region;
        this.datacenter = catalog.datacenter();
        this.history = history;
        this.reads = new Reads(region);
    }

    List<Route> routes() {
        return List.of(Route.get("/v1/event/stream", Right.READ_OPERATOR, this::stream));
    }

    /** Which events are wanted: topics, each with the keys it is about. */
    private record Wish(String namespace, List<Topic> topics) {
        private record Topic(String name, String key) {}

        static Wish of(Request request) throws Refused {
            var topics = new ArrayList<Topic>();
            for (var written : request.query().all("topic")) {
                int colon = written.indexOf(':');
                var name = colon < 0 ? written : written.substring(0, colon);
                if (!TOPICS.contains(name)) {
                    throw Refused.invalid("Invalid topic \"" + written + "\": topics are " + String.join(", ", TOPICS));
                }
                topics.add(new Topic(name, colon < 0 ? "*" : written.substring(colon + 1)));
            }
            if (topics.isEmpty()) {
                topics.add(new Topic("*", "*"));
            }
            return new Wish(Listing.namespace(request), topics);
        }

        boolean wantsTopic(String name) {
            return topics.stream().anyMatch(topic -> topic.name.equals("*") || topic.name.equals(name));
        }

        boolean wants(EventShapes.StreamEvent event) {
            boolean here = event.namespace().isEmpty() || namespace.equals("*") || namespace.equals(event.namespace());
            return here
                    && topics.stream()
                            .filter(topic -> topic.name.equals("*") || topic.name.equals(event.topic()))
                            .anyMatch(topic -> topic.key.equals("*")
                                    || topic.key.equals(event.key())
                                    || event.filterKeys().contains(topic.key));
        }
    }

    private Answer stream(Request request) throws Refused {
        reads.checkRegion(request);
        var wish = Wish.of(request);
        var reader = history.from(request.query().number("index", 0));
        // a catalog of its own: it is asked for states of the past, which others do not look at
        var shapes = new EventShapes(new LiveCatalog(region, datacenter));
        return new Answer.Streamed(
                200, Headers.of("Content-Type", "application/json"), sink -> follow(reader, shapes, wish, sink));
    }

    private static void follow(EventHistory.Reader reader, EventShapes shapes, Wish wish, Answer.Sink sink)
            throws IOException, InterruptedException {
        sink.write(EMPTY_LINE);
        try {
            while (sink.isOpen()) {
                var change = reader.next(HEARTBEAT);
                if (change.isEmpty()) {
                    sink.write(EMPTY_LINE);
                    continue;
                }
                var events = shapes.of(change.get(), wish.wantsTopic("Service")).stream()
                        .filter(wish::wants)
                        .toList();
                if (!events.isEmpty()) {
                    var line = new EventShapes.Line(change.get().index(), events);
                    sink.write(Bytes.utf8(Codec.toJson(line) + "\n"));
                }
            }
        } catch (EventHistory.FellBehindException behind) {
            var line = new TreeMap<String, Object>();
            line.put("Error", String.valueOf(behind.getMessage()));
            sink.write(Bytes.utf8(Codec.toJson(line) + "\n"));
        }
    }
}
