package dev.steppe.agent;

import dev.steppe.agent.link.Joining;
import dev.steppe.api.OtherRegions;
import dev.steppe.api.ServerRegion;
import dev.steppe.api.agents.AgentWords;
import dev.steppe.api.http.Refused;
import dev.steppe.io.Loop;
import dev.steppe.model.AuthorityRoot;
import dev.steppe.model.FederatedRegion;
import dev.steppe.model.ServerMember;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.security.certificate.PemText;
import dev.steppe.server.AgentEndpoint;
import dev.steppe.state.Store;
import dev.steppe.state.Table;
import dev.steppe.wire.network.AgentCalls;
import dev.steppe.wire.network.AgentTls;
import dev.steppe.wire.network.HostPort;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The other regions that this server's state knows: has their servers believed, asks them, and keeps what is known of them
 * up to date while this server leads.
 */
final class FederatedRegions implements OtherRegions, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(FederatedRegions.class.getName());
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final int LOOKS_PER_QUESTION = 10;
    private static final Duration WITHIN = Duration.ofSeconds(10);

    private final String region;
    private final Loop loop;
    private final LinkPart link;
    private final Store store;
    private final AgentEndpoint agents;
    private final BooleanSupplier leads;
    private final Supplier<List<ServerMember>> members;
    private final Map<String, Asked> asked = new ConcurrentHashMap<>();
    private final Set<String> sought = ConcurrentHashMap.newKeySet();
    private long knownIndex = -1;
    private long looks;
    private boolean closed;

    /** How one other region is asked, and whether its servers answer. */
    private record Asked(AgentCalls calls, ServerWatch watch) {}

    /** The loop is the server's own; {@code members} are its servers. */
    FederatedRegions(
            String region,
            Loop loop,
            LinkPart link,
            Store store,
            AgentEndpoint agents,
            BooleanSupplier leads,
            Supplier<List<ServerMember>> members) {
        this.region = region;
        this.loop = loop;
        this.link = link;
        this.store = store;
        this.agents = agents;
        this.leads = leads;
        this.members = members;
    }

    void start() {
        loop.execute(this::look);
    }

    @Override
    public void close() {
        loop.execute(() -> closed = true);
        asked.values().forEach(it -> it.calls.close());
    }

    private void look() {
        if (closed) {
            return;
        }
        believe();
        // a new leader asks at once
        looks = leads.getAsBoolean() ? looks + 1 : 0;
        boolean asks = looks % LOOKS_PER_QUESTION == 1;
        for (FederatedRegion other : store.snapshot().regions()) {
            asked(other.name()).watch.look(addresses(other));
            if (asks) {
                refresh(other);
            }
        }
        if (asks) {
            link.otherRegions().forEach(this::seek);
        }
        loop.after(LOOK_EVERY, this::look);
    }

    /** From now on servers of all regions in the state are believed, as their authorities vouch for them. */
    private void believe() {
        long index = store.snapshot().index(Table.REGIONS);
        if (index == knownIndex) {
            return;
        }
        var foreign = new ArrayList<AgentTls.Foreign>();
        for (FederatedRegion other : store.snapshot().regions()) {
            try {
                foreign.add(
                        new AgentTls.Foreign(other.name(), PemText.certificates(String.join("\n", other.rootsPem()))));
            } catch (CertificateException damaged) {
                LOG.log(Level.WARNING, "region \"" + other.name() + "\" cannot be believed: " + damaged.getMessage());
            }
        }
        try {
            link.tls().know(foreign);
            knownIndex = index;
        } catch (GeneralSecurityException unusable) {
            LOG.log(Level.WARNING, "other regions cannot be believed: " + unusable.getMessage());
        }
    }

    private Asked asked(String other) {
        return asked.computeIfAbsent(other, name -> {
            var calls = AgentCalls.toRegion(link.tls(), name);
            return new Asked(calls, new ServerWatch(loop, calls));
        });
    }

    private void refresh(FederatedRegion known) {
        loop.<FederatedRegion>offload("refresh-region", () -> told(known), outcome -> {
            switch (outcome) {
                case Loop.Outcome.Done<FederatedRegion> done -> {
                    if (!done.value().equals(known) && done.value().name().equals(known.name())) {
                        agents.putRegion(done.value(), reply -> {});
                    }
                }
                case Loop.Outcome.Failed<FederatedRegion> failed ->
                    LOG.log(
                            Level.DEBUG,
                            "nothing new of a region region=" + known.name() + " reason="
                                    + failed.reason().getMessage());
            }
        });
    }

    /** Makes a region known that the configuration names, again and again until its server answers. */
    private void seek(String address) {
        if (!sought.add(address)) {
            return;
        }
        loop.<String>offload("join-region", () -> join(address), outcome -> {
            switch (outcome) {
                case Loop.Outcome.Done<String> done ->
                    LOG.log(Level.INFO, "a region is known now region=" + done.value() + " address=" + address);
                case Loop.Outcome.Failed<String> failed -> {
                    sought.remove(address);
                    LOG.log(
                            Level.WARNING,
                            "no region yet address=" + address + " reason="
                                    + failed.reason().getMessage());
                }
            }
        });
    }

    private FederatedRegion told(FederatedRegion known) throws IOException, InterruptedException {
        var failure = new IOException("it has no server");
        for (HostPort server : shuffled(known)) {
            try {
                return read(asked(known.name()).calls.ask(server, AgentCalls.Call.get(AgentWords.REGION), WITHIN));
            } catch (IOException away) {
                failure = away;
            }
        }
        throw failure;
    }

    private static FederatedRegion read(AgentCalls.Answer answer) throws IOException {
        if (!answer.isGood()) {
            throw new IOException(answer.text().strip());
        }
        try {
            return Codec.fromJson(FederatedRegion.class, answer.body());
        } catch (CodecException unreadable) {
            throw new IOException("its answer cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }

    /** What this region tells others of itself. */
    FederatedRegion self() {
        var roots = new ArrayList<String>();
        try {
            if (link.hasOwnCertificates()) {
                roots.add(PemText.of(link.tls().credentials().roots()));
            } else {
                for (AuthorityRoot root : store.snapshot().roots()) {
                    roots.add(root.certificatePem());
                }
            }
        } catch (CertificateException unreadable) {
            throw new IllegalStateException("a certificate that was read before cannot be written", unreadable);
        }
        return new FederatedRegion(region, roots, members.get());
    }

    /**
     * Makes the server at an address known: of another region, with a token of that region or where both have one authority,
     * or of this one. Returns the name of its region.
     */
    String join(String written) throws Refused, IOException, InterruptedException {
        return written.contains("#") ? joinWithToken(Joining.parse(written)) : joinByCertificate(written);
    }

    private String joinWithToken(Joining joining) throws Refused, IOException, InterruptedException {
        try (var calls = AgentCalls.ofForeigner(link.names(), joining.secret())) {
            return federate(calls, joining.server(), joining.secret().secretText());
        }
    }

    private String joinByCertificate(String written) throws Refused, IOException, InterruptedException {
        var address = HostPort.parse(written, Joining.USUAL_PORT);
        try (var calls = AgentCalls.toAnyRegion(link.tls(), link.sharedKey())) {
            var answer = calls.ask(address, AgentCalls.Call.get(AgentWords.STANDING), WITHIN);
            if (!answer.isGood()) {
                throw new IOException("the server at " + address + " refuses: "
                        + answer.text().strip());
            }
            var standing = Codec.fromJson(AgentWords.ServerStanding.class, answer.body());
            if (!standing.region().equals(region)) {
                return federate(calls, address, "");
            }
            link.servers().told(merged(standing.servers(), address));
            return region;
        } catch (CodecException unreadable) {
            throw new IOException(
                    "the answer of " + address + " cannot be read: " + unreadable.getMessage(), unreadable);
        } catch (javax.net.ssl.SSLException distrusted) {
            throw new IOException(
                    distrusted.getMessage() + "; make a token there with steppe agent join-token -federate, and join "
                            + address + "#<token>",
                    distrusted);
        }
    }

    private List<HostPort> merged(List<String> told, HostPort address) {
        var all = new TreeSet<>(link.servers().all());
        all.add(address);
        told.forEach(text -> all.add(HostPort.parse(text, Joining.USUAL_PORT)));
        return List.copyOf(all);
    }

    private String federate(AgentCalls calls, HostPort server, String secret)
            throws Refused, IOException, InterruptedException {
        var wish = new AgentWords.FederationWish(secret, self());
        var other = read(
                calls.ask(server, AgentCalls.Call.put(AgentWords.FEDERATE, Codec.toJsonBytes(wish, false)), WITHIN));
        if (other.name().equals(region)) {
            throw Refused.invalid("the server at " + server + " is of a region with the same name, \"" + region
                    + "\": regions that know each other need names of their own");
        }
        ServerRegion.<Long>done(then -> agents.putRegion(other, then));
        return other.name();
    }

    /** Whether the server of another region at that address answered lately. */
    boolean answers(HostPort server) {
        return asked.values().stream().allMatch(it -> it.watch.answers(server));
    }

    @Override
    public String own() {
        return region;
    }

    @Override
    public List<String> names() {
        var names = new TreeSet<>(List.of(region));
        store.snapshot().regions().forEach(other -> names.add(other.name()));
        return List.copyOf(names);
    }

    @Override
    public Optional<Far> find(String other) {
        return store.snapshot().region(other).map(this::far);
    }

    @Override
    public Optional<Far> withDatacenter(String datacenter) {
        for (FederatedRegion other : store.snapshot().regions()) {
            if (other.serverIn(datacenter).isPresent()) {
                return Optional.of(far(other));
            }
        }
        return Optional.empty();
    }

    private Far far(FederatedRegion other) {
        return new Far(other.name(), shuffled(other), asked(other.name()).calls);
    }

    /** Those that answered lately first. */
    private List<HostPort> shuffled(FederatedRegion other) {
        var servers = new ArrayList<>(addresses(other));
        Collections.shuffle(servers);
        var watch = asked(other.name()).watch;
        servers.sort((one, two) -> Boolean.compare(!watch.answers(one), !watch.answers(two)));
        return servers;
    }

    private static List<HostPort> addresses(FederatedRegion other) {
        var all = new ArrayList<HostPort>();
        for (ServerMember server : other.servers()) {
            try {
                all.add(HostPort.parse(server.agentAddress(), 0));
            } catch (IllegalArgumentException nobodyCallsIt) {
                LOG.log(Level.DEBUG, "a server without an address server=" + server.name());
            }
        }
        return all;
    }
}
