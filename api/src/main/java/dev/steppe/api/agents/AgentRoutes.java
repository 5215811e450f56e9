package dev.steppe.api.agents;

import dev.steppe.api.AccessControl;
import dev.steppe.api.ServerRegion;
import dev.steppe.api.http.Bytes;
import dev.steppe.api.http.Headers;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.model.FederatedRegion;
import dev.steppe.model.ServerMember;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.server.AgentEndpoint;
import dev.steppe.server.Reply;
import dev.steppe.state.LogFormat;
import dev.steppe.wire.network.AgentRole;
import dev.steppe.wire.network.HostPort;
import dev.steppe.wire.network.JoinSecret;
import dev.steppe.wire.network.Standing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Answers what agents ask about themselves. */
public final class AgentRoutes {
    private static final System.Logger LOG = System.getLogger(AgentRoutes.class.getName());

    private final AgentEndpoint endpoint;
    private final Supplier<Standing> standing;
    private final String region;
    private final Names nameService;
    private final Supplier<FederatedRegion> self;
    private final AccessControl.KnownTokens tokens;

    /** Answers questions of the name service. */
    @FunctionalInterface
    public interface Names {
        Optional<byte[]> answer(byte[] question, boolean stream) throws InterruptedException;
    }

    /** {@code self} is what this region tells others of itself. */
    public AgentRoutes(
            AgentEndpoint endpoint,
            Supplier<Standing> standing,
            String region,
            Supplier<FederatedRegion> self,
            AccessControl.KnownTokens tokens,
            Names nameService) {
        this.self = self;
        this.tokens = tokens;
        this.nameService = nameService;
        this.endpoint = endpoint;
        this.standing = standing;
        this.region = region;
    }

    /** Whether a request to join is that of a server. */
    boolean wantsToServe(Request request) throws Refused {
        return AgentRole.of(read(AgentWords.JoinWish.class, request).role()).equals(Optional.of(AgentRole.SERVER));
    }

    Response join(Request request) throws Refused, IOException, InterruptedException {
        var wish = read(AgentWords.JoinWish.class, request);
        var role = AgentRole.of(wish.role())
                .orElseThrow(() -> Refused.invalid("\"" + wish.role() + "\" is no role: server or client"));
        try {
            var admitted = admitted(ServerRegion.done(then -> endpoint.join(
                    JoinSecret.digestOf(wish.secret()),
                    new AgentEndpoint.CertificateWish(role, wish.node(), wish.request()),
                    then)));
            LOG.log(
                    System.Logger.Level.INFO,
                    "an agent joined role=" + role.word() + " node=" + wish.node() + " from=" + request.remote());
            return admitted;
        } catch (Refused refused) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "an agent may not join from=" + request.remote() + " reason=" + refused.text());
            throw refused;
        }
    }

    Response renewClient(Request request) throws Refused, IOException, InterruptedException {
        var node = Optional.ofNullable(request.headers().first(AgentApi.NODE).orElse("-"))
                .filter(it -> !it.equals("-"))
                .orElseThrow(() -> new Refused(
                        Refused.Kind.FORBIDDEN,
                        "the certificate of this client was not made by the servers: who made it makes the next one"));
        return renew(request, AgentRole.CLIENT, node);
    }

    Response renewServer(Request request) throws Refused, IOException, InterruptedException {
        return renew(request, AgentRole.SERVER, "");
    }

    private Response renew(Request request, AgentRole role, String node)
            throws Refused, IOException, InterruptedException {
        var wish = read(AgentWords.RenewalWish.class, request);
        return admitted(ServerRegion.done(
                then -> endpoint.certify(new AgentEndpoint.CertificateWish(role, node, wish.request()), then)));
    }

    private Response admitted(Reply.Done<AgentEndpoint.Certified> done) {
        return json(
                new AgentWords.Admitted(done.value().chainPem(), done.value().rootsPem(), servers()));
    }

    Response standing(Request request) {
        var now = standing.get();
        return json(new AgentWords.ServerStanding(
                        region,
                        now.leads(),
                        now.leader().map(HostPort::toString).orElse(""),
                        servers()))
                .with(AgentWords.LOG_FORMAT, Integer.toString(LogFormat.NEWEST));
    }

    Response access(Request request) throws Refused, IOException, InterruptedException {
        var digest = new String(request.requiredBody().toArray(), StandardCharsets.US_ASCII);
        return Response.text(200, Boolean.toString(tokens.contains(digest)));
    }

    private List<String> servers() {
        return standing.get().servers().stream().map(HostPort::toString).toList();
    }

    Response names(Request request) throws Refused, InterruptedException {
        var reply = nameService
                .answer(
                        request.requiredBody().toArray(),
                        request.query().first("stream").isPresent())
                .orElseThrow(() -> Refused.notFound("not a name of this cluster"));
        return new Response(200, Headers.of("Content-Type", "application/dns-message"), Bytes.wrap(reply));
    }

    Response region(Request request) {
        return json(self.get());
    }

    /** Makes another region known that shows a token, or whose server was let in by its certificate. */
    Response federate(Request request) throws Refused, IOException, InterruptedException {
        var wish = read(AgentWords.FederationWish.class, request);
        var other = wish.region();
        if (other.name().equals(region)) {
            throw Refused.invalid("this region is called \"" + region + "\" as well: regions that know each other need"
                    + " names of their own");
        }
        boolean proven = request.headers().first(AgentApi.REGION).equals(Optional.of(other.name()));
        if (proven) {
            ServerRegion.<Long>done(then -> endpoint.putRegion(other, then));
        } else {
            ServerRegion.<Long>done(then -> endpoint.federate(JoinSecret.digestOf(wish.secret()), other, then));
        }
        LOG.log(
                System.Logger.Level.INFO,
                "a region is known now region=" + other.name() + " servers="
                        + other.servers().size() + " from=" + request.remote());
        return json(self.get());
    }

    Response announce(Request request) throws Refused, IOException, InterruptedException {
        var member = read(ServerMember.class, request);
        ServerRegion.<Long>done(then -> endpoint.announce(member, then));
        return Response.empty();
    }

    private static <T> T read(Class<T> type, Request request) throws Refused {
        try {
            return Codec.fromJson(type, request.requiredBody().toArray());
        } catch (CodecException wrong) {
            throw Refused.invalid("the request of another agent cannot be read: " + wrong.getMessage());
        }
    }

    private static Response json(Object document) {
        return Response.json(Bytes.wrap(Codec.toJsonBytes(document, false)));
    }
}
