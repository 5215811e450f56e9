package dev.steppe.api;

import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Bytes;
import dev.steppe.api.http.Headers;
import dev.steppe.api.http.HttpServer;
import dev.steppe.api.http.Method;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Route;
import dev.steppe.wire.network.AgentCalls;
import dev.steppe.wire.network.HostPort;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Sends requests where they can be answered: a write to the server that leads, everything of an agent without a server to
 * some server, what a node alone knows to that node's agent. A request is handed on whole, and at most twice. Reads of a server that follows wait until it knows
 * everything that was acknowledged before; {@code stale} ones do not.
 */
public final class Forwarding {
    /** The name of the agent that was asked and handed the request on. */
    public static final String ASKED = "X-Steppe-Asked";
    /** How often a request was handed on. */
    static final String HOPS = "X-Steppe-Hops";
    /** On an answer of a server that cannot say anything to the request, so that nothing was done. */
    static final String ELSEWHERE = "X-Steppe-Elsewhere";

    private static final int HOPS_MAX = 2;
    /** An election takes a second or two; whoever asks is better served by waiting than by trying again. */
    private static final Duration LEADER_PATIENCE = Duration.ofSeconds(7);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    private static final Duration WRITE_PATIENCE = Duration.ofSeconds(60);
    /** A large body has to be sent, looked at and carried out. */
    private static final Duration FILE_PATIENCE = Duration.ofMinutes(30);
    /** A read that waits for changes waits ten minutes and a bit at most. */
    private static final Duration READ_PATIENCE = Duration.ofMinutes(12);

    private static final int CHUNK_BYTES = 16 * 1024;
    private static final Set<Method> READS = EnumSet.of(Method.GET, Method.HEAD, Method.OPTIONS);
    private static final List<String> NOT_HANDED_ON =
            List.of("origin", "x-steppe-hops", "x-steppe-face", "x-steppe-node");
    private static final List<String> NOT_HANDED_BACK =
            List.of("connection", "content-length", "transfer-encoding", "date");

    private final Servers servers;
    private final AgentCalls calls;
    private final String face;
    private final String self;
    private final Optional<NodeAgents> nodes;
    private final Optional<RegionOfRequest> regions;

    /** What is known of the servers. */
    public interface Servers {
        /** What this agent is among them. */
        Part part();

        /** The one that leads, as far as known. */
        Optional<HostPort> leader();

        /** All that may be asked, the best first; never this agent itself. */
        List<HostPort> toTry();

        /** Waits until this server knows all that was acknowledged anywhere before; fails where nobody can tell. */
        void awaitNewest() throws IOException, InterruptedException;
    }

    /** What an agent is among the servers. */
    public enum Part {
        LEADS,
        FOLLOWS,
        NO_SERVER
    }

    /** Requests are handed on to the API of this name of the other agent; the empty name is that among agents; {@code self} is the name of this agent. */
    public Forwarding(Servers servers, AgentCalls calls, String face, String self) {
        this(servers, calls, face, self, Optional.empty(), Optional.empty());
    }

    private Forwarding(
            Servers servers,
            AgentCalls calls,
            String face,
            String self,
            Optional<NodeAgents> nodes,
            Optional<RegionOfRequest> regions) {
        this.nodes = nodes;
        this.regions = regions;
        this.servers = servers;
        this.calls = calls;
        this.face = face;
        this.self = self;
    }

    /** The same, which also knows where nodes are. */
    public Forwarding toNodes(NodeAgents agents) {
        return new Forwarding(servers, calls, face, self, Optional.of(agents), regions);
    }

    /** The same, which also knows other regions; {@code datacenter} is that of this agent. */
    public Forwarding toRegions(OtherRegions others, String datacenter) {
        return new Forwarding(servers, calls, face, self, nodes, Optional.of(new RegionOfRequest(others, datacenter)));
    }

    /** The route, answered wherever it can be. */
    public Route placed(Route route) {
        var within = placedWithin(route);
        if (regions.isEmpty() || route.place() == Route.Place.HERE) {
            return within;
        }
        return within.handledBy(request -> {
            var far = regions.get().far(request);
            return far.isEmpty() ? within.handler().handle(request) : answerFar(request, far.get());
        });
    }

    /** Whichever server of the other region is asked hands the request on there as one of its own. */
    private Answer answerFar(Request request, OtherRegions.Far far) throws Refused, IOException, InterruptedException {
        boolean reads = READS.contains(request.method());
        var failures = new ArrayList<String>();
        for (HostPort server : far.servers()) {
            var answer = ask(far.calls(), server, request, 0, reads, failures);
            if (answer.isPresent()) {
                return answer.get();
            }
        }
        throw new Refused(
                Refused.Kind.UNAVAILABLE,
                "no server of region \"" + far.region() + "\" answers"
                        + (failures.isEmpty() ? "" : ": " + failures.getLast()));
    }

    private Route placedWithin(Route route) {
        return switch (route.place()) {
            case HERE -> route;
            case NODE ->
                nodes.isEmpty() ? route : route.handledBy(request -> answerAtNode(request, route, nodes.get()));
            case LEADER, REGION -> route.handledBy(request -> answer(request, route));
        };
    }

    /** One hop from a server, two from an agent without one, which does not know where nodes are. */
    private Answer answerAtNode(Request request, Route route, NodeAgents agents)
            throws Refused, IOException, InterruptedException {
        if (hops(request) >= HOPS_MAX || agents.isHere(request)) {
            return route.handler().handle(request);
        }
        boolean reads = READS.contains(request.method());
        var failures = new ArrayList<String>();
        if (servers.part() == Part.NO_SERVER) {
            for (HostPort server : servers.toTry()) {
                var answer = ask(calls, server, request, reads, failures);
                if (answer.isPresent()) {
                    return answer.get();
                }
            }
            throw new Refused(
                    Refused.Kind.UNAVAILABLE,
                    "no server tells where that is" + (failures.isEmpty() ? "" : ": " + failures.getLast()));
        }
        var found = found(request, agents);
        if (found.isEmpty() || found.get().isHere()) {
            return route.handler().handle(request);
        }
        var answer = ask(agents.calls(), found.get().requiredAddress(), request, reads, failures);
        return answer.orElseThrow(() -> found.get().unreachable(failures.getLast()));
    }

    private Optional<NodeAgents.Found> found(Request request, NodeAgents agents)
            throws IOException, InterruptedException {
        var known = agents.find(request);
        if (known.isPresent() || servers.part() != Part.FOLLOWS) {
            return known;
        }
        servers.awaitNewest();
        return agents.find(request);
    }

    private Answer answer(Request request, Route route) throws Refused, IOException, InterruptedException {
        boolean reads = READS.contains(request.method());
        boolean anywhere = reads && route.place() != Route.Place.LEADER;
        long until = System.nanoTime() + LEADER_PATIENCE.toNanos();
        var failures = new ArrayList<String>();
        while (true) {
            if (isAnswerableHere(request, anywhere, failures)) {
                return route.handler().handle(request);
            }
            if (hops(request) >= HOPS_MAX) {
                return elsewhere();
            }
            for (HostPort server : targets(anywhere)) {
                var answer = ask(calls, server, request, reads, failures);
                if (answer.isPresent()) {
                    return answer.get();
                }
            }
            if (System.nanoTime() > until) {
                throw new Refused(
                        Refused.Kind.UNAVAILABLE,
                        "No cluster leader" + (failures.isEmpty() ? "" : ": " + failures.getLast()));
            }
            Thread.sleep(LOOK_AGAIN);
        }
    }

    private boolean isAnswerableHere(Request request, boolean anywhere, List<String> failures)
            throws Refused, InterruptedException {
        var part = servers.part();
        if (!anywhere || part == Part.NO_SERVER) {
            return part == Part.LEADS;
        }
        if (request.query().flag("stale")) {
            return true;
        }
        try {
            // Also where this server leads: it may have been replaced while it was stopped or cut off.
            servers.awaitNewest();
            return true;
        } catch (IOException nobodyKnows) {
            failures.add(String.valueOf(nobodyKnows.getMessage()));
            return false;
        }
    }

    private List<HostPort> targets(boolean anywhere) {
        return switch (servers.part()) {
            case LEADS -> List.of();
            case FOLLOWS -> anywhere ? List.of() : servers.leader().stream().toList();
            case NO_SERVER -> servers.toTry();
        };
    }

    private static int hops(Request request) {
        return request.header(HOPS)
                .filter(text -> text.matches("\\d"))
                .map(Integer::parseInt)
                .orElse(0);
    }

    private static Response elsewhere() {
        return Response.text(503, "No cluster leader here").with(ELSEWHERE, "true");
    }

    /** Empty when the other agent did nothing, so that another may be asked. */
    private Optional<Answer> ask(AgentCalls how, HostPort agent, Request request, boolean reads, List<String> failures)
            throws IOException, InterruptedException {
        return ask(how, agent, request, hops(request) + 1, reads, failures);
    }

    private Optional<Answer> ask(
            AgentCalls how, HostPort agent, Request request, int hops, boolean reads, List<String> failures)
            throws IOException, InterruptedException {
        try {
            if (FarTalk.isWanted(request)) {
                return Optional.of(FarTalk.open(how, agent, call(request, hops)));
            }
            var response = how.send(agent, call(request, hops), patience(request, reads));
            if (response.headers().firstValue(ELSEWHERE).isPresent()) {
                response.body().close();
                failures.add("the server at " + agent + " does not know who leads");
                return Optional.empty();
            }
            return Optional.of(answer(response));
        } catch (AgentCalls.UnreachableException | javax.net.ssl.SSLException notSent) {
            failures.add(String.valueOf(notSent.getMessage()));
            return Optional.empty();
        } catch (IOException broken) {
            if (reads) {
                failures.add("the agent at " + agent + " broke off: " + broken.getMessage());
                return Optional.empty();
            }
            throw new IOException(
                    "the agent at " + agent + " broke off (" + broken.getMessage()
                            + "); it is not known whether the request was carried out",
                    broken);
        }
    }

    private static Duration patience(Request request, boolean reads) {
        return reads ? READ_PATIENCE : request.file().isPresent() ? FILE_PATIENCE : WRITE_PATIENCE;
    }

    private AgentCalls.Call call(Request request, int hops) {
        var headers = new TreeMap<String, List<String>>();
        for (Headers.Line line : request.headers().lines()) {
            if (!NOT_HANDED_ON.contains(line.name().toLowerCase(Locale.ROOT))) {
                headers.computeIfAbsent(line.name(), name -> new ArrayList<>()).add(line.value());
            }
        }
        headers.putIfAbsent(ASKED, List.of(self));
        headers.put(HOPS, List.of(Integer.toString(hops)));
        if (!face.isEmpty()) {
            headers.put(HttpServer.Setup.FACE, List.of(face));
        }
        return new AgentCalls.Call(
                request.method().name(),
                request.target(),
                headers,
                request.body().toArray(),
                request.file());
    }

    private static Answer answer(HttpResponse<InputStream> response) throws IOException {
        var headers = new ArrayList<Headers.Line>();
        for (Map.Entry<String, List<String>> header : response.headers().map().entrySet()) {
            if (!NOT_HANDED_BACK.contains(header.getKey().toLowerCase(Locale.ROOT))) {
                header.getValue().forEach(value -> headers.add(new Headers.Line(header.getKey(), value)));
            }
        }
        int status = response.statusCode();
        if (status == 204 || status == 304) {
            response.body().close();
            return new Response(status, new Headers(headers), Bytes.empty());
        }
        return new Answer.Streamed(status, new Headers(headers), sink -> {
            byte[] chunk = new byte[CHUNK_BYTES];
            try (var body = response.body()) {
                for (int read = body.read(chunk); read >= 0; read = body.read(chunk)) {
                    sink.write(Bytes.wrap(Arrays.copyOf(chunk, read)));
                }
            }
        });
    }
}
