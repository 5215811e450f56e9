package dev.steppe.agent;

import dev.steppe.api.ServerRegion;
import dev.steppe.api.agents.AgentWords;
import dev.steppe.api.http.Bytes;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.consensus.Consensus;
import dev.steppe.consensus.ConsensusOptions;
import dev.steppe.consensus.Leadership;
import dev.steppe.consensus.Member;
import dev.steppe.consensus.MemberId;
import dev.steppe.consensus.Members;
import dev.steppe.consensus.PendingLog;
import dev.steppe.consensus.RatisConsensus;
import dev.steppe.consensus.ReplicatedMachine;
import dev.steppe.io.Loop;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.server.Newcomer;
import dev.steppe.server.RootKeys;
import dev.steppe.server.Server;
import dev.steppe.server.formation.Formation;
import dev.steppe.server.formation.Identity;
import dev.steppe.server.formation.Neighbours;
import dev.steppe.server.formation.Standing;
import dev.steppe.state.LogFormat;
import dev.steppe.wire.network.AgentCalls;
import dev.steppe.wire.network.HostPort;
import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** How the server of this agent comes into its group: it asks others over mutual TLS, and answers when they ask. */
final class ServerForming implements Neighbours, Formation.Beginning, AutoCloseable {
    static final String ROOT_KEY = "/agent/v1/group/root-key";
    private static final String STANDING = "/agent/v1/group/standing";
    private static final String PROMISE = "/agent/v1/group/promise";
    private static final String MEMBER = "/agent/v1/group/member";
    private static final Duration ASK_WITHIN = Duration.ofSeconds(5);
    private static final Duration JOIN_WITHIN = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final LinkPart link;
    private final ConsensusOptions founding;
    private final ConsensusOptions joining;
    private final ReplicatedMachine machine;
    private final PendingLog log;
    private final RootKeys ownKeys;
    private final Formation formation;

    /** What a server begins with. */
    record Setup(
            Identity identity,
            Member self,
            String name,
            int expected,
            ConsensusOptions founding,
            ConsensusOptions joining,
            Loop loop) {}

    ServerForming(Setup setup, LinkPart link, ReplicatedMachine machine, PendingLog log, RootKeys ownKeys) {
        this.link = link;
        this.founding = setup.founding;
        this.joining = setup.joining;
        this.machine = machine;
        this.log = log;
        this.ownKeys = ownKeys;
        var address = setup.self.address().map(Object::toString).orElse("");
        var standing = new Standing(setup.self.id().value(), setup.name, address, setup.expected, false);
        formation = new Formation(setup.identity, standing, this, log, this, link.patience(PAUSE), setup.loop);
    }

    void start() throws IOException {
        // Nobody else can prove itself to anybody before this one has begun.
        formation.start(link.firstAuthority().isPresent());
    }

    @Override
    public void close() {
        formation.close();
    }

    @Override
    public boolean hasLog() throws IOException {
        return RatisConsensus.hasLog(founding.directory());
    }

    @Override
    public Consensus found() throws IOException {
        return RatisConsensus.start(founding, machine);
    }

    @Override
    public Consensus join() throws IOException {
        return RatisConsensus.start(joining, machine);
    }

    @Override
    public List<String> addresses() {
        return link.servers().all().stream().map(HostPort::toString).toList();
    }

    @Override
    public Standing ask(String address, Standing mine) throws IOException, InterruptedException {
        return read(
                Standing.class,
                call(address, AgentCalls.Call.put(STANDING, bytes(mine)), ASK_WITHIN)
                        .body());
    }

    /** A promise that is asked for or given back. */
    record Promise(String founder, boolean back, boolean given) {}

    @Override
    public boolean promise(String address, String founder) throws IOException, InterruptedException {
        var wish = bytes(new Promise(founder, false, false));
        return read(
                        Promise.class,
                        call(address, AgentCalls.Call.put(PROMISE, wish), ASK_WITHIN)
                                .body())
                .given();
    }

    @Override
    public void release(String address, String founder) throws IOException, InterruptedException {
        call(address, AgentCalls.Call.put(PROMISE, bytes(new Promise(founder, true, false))), ASK_WITHIN);
    }

    @Override
    public void join(String address, Standing mine) throws IOException, InterruptedException {
        join(address, mine, LogFormat.NEWEST);
    }

    private void join(String address, Standing wish, int format) throws IOException, InterruptedException {
        var headers = Map.of(
                "Content-Type", List.of("application/json"), AgentWords.LOG_FORMAT, List.of(Integer.toString(format)));
        call(address, new AgentCalls.Call("PUT", MEMBER, headers, bytes(wish)), JOIN_WITHIN);
    }

    private AgentCalls.Answer call(String address, AgentCalls.Call call, Duration within)
            throws IOException, InterruptedException {
        var answer = link.calls().ask(HostPort.parse(address, 0), call, within);
        if (!answer.isGood()) {
            throw new IOException(answer.text().strip());
        }
        return answer;
    }

    /** What other servers ask. The leader is where requests to be taken in are handed on to. */
    List<Route> routes(Server server, Supplier<Optional<HostPort>> leader) {
        return List.of(
                Route.write(STANDING, Right.ANYONE, request -> json(formation.asked(read(Standing.class, request)))),
                Route.write(PROMISE, Right.ANYONE, this::promised),
                Route.write(MEMBER, Right.ANYONE, request -> taken(request, server, leader.get())),
                Route.get(ROOT_KEY, Right.ANYONE, this::rootKey));
    }

    private Response promised(Request request) throws Refused, IOException {
        var wish = read(Promise.class, request);
        if (wish.back()) {
            formation.release(wish.founder());
            return json(wish);
        }
        return json(new Promise(wish.founder(), false, formation.promise(wish.founder())));
    }

    private Response taken(Request request, Server server, Optional<HostPort> leader)
            throws Refused, IOException, InterruptedException {
        var wish = read(Standing.class, request);
        int understood = AgentWords.logFormat(request.header(AgentWords.LOG_FORMAT));
        if (!(log.leadership() instanceof Leadership.Leading)) {
            if (leader.isEmpty()) {
                throw new Refused(Refused.Kind.UNAVAILABLE, "No cluster leader");
            }
            join(leader.get().toString(), wish, understood);
            return Response.empty();
        }
        var address = Member.Address.parse(wish.logAddress())
                .orElseThrow(() -> Refused.invalid("\"" + wish.logAddress() + "\" is no address of a server's log"));
        var member = new Member(new MemberId(wish.id()), Optional.of(address));
        int expected = (int) Math.max(formation.expected(), wish.expected());
        var newcomer = new Newcomer(member, wish.name(), expected, understood);
        ServerRegion.<Members>done(then -> server.operator().join(newcomer, then));
        return Response.empty();
    }

    private Response rootKey(Request request) throws Refused, IOException {
        var id = request.query().text("id").orElse("");
        if (!id.matches("[0-9a-f-]{36}")) {
            throw Refused.invalid("\"" + id + "\" is no id of a root key");
        }
        var key = ownKeys.read(id).orElseThrow(() -> Refused.notFound("this server has no root key " + id));
        return Response.text(200, Base64.getEncoder().encodeToString(key.key().reveal()));
    }

    private static <T> T read(Class<T> type, Request request) throws Refused {
        try {
            return Codec.fromJson(type, request.requiredBody().toArray());
        } catch (CodecException wrong) {
            throw Refused.invalid("the request of another server cannot be read: " + wrong.getMessage());
        }
    }

    private static <T> T read(Class<T> type, byte[] body) throws IOException {
        try {
            return Codec.fromJson(type, body);
        } catch (CodecException wrong) {
            throw new IOException("the answer of another server cannot be read: " + wrong.getMessage(), wrong);
        }
    }

    private static byte[] bytes(Object document) {
        return Codec.toJsonBytes(document, false);
    }

    private static Response json(Object document) {
        return Response.json(Bytes.wrap(bytes(document)));
    }
}
