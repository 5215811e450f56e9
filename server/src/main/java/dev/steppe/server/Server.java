package dev.steppe.server;

import dev.steppe.consensus.Consensus;
import dev.steppe.consensus.Leadership;
import dev.steppe.io.Loop;
import dev.steppe.model.AutopilotSettings;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.security.certificate.CertificateAuthority;
import dev.steppe.state.Command;
import dev.steppe.state.Event;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import dev.steppe.wire.Transport;
import dev.steppe.wire.network.AgentNames;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A server: the endpoints that take requests, and, while it leads, the planner and the controllers. Everything in it is
 * owned by one loop. The replicated log and the store are given to it and closed by whoever made them.
 */
public final class Server implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Server.class.getName());
    private static final Duration CONTROL_EVERY = Duration.ofSeconds(1);

    private final Loop loop;
    private final Store store;
    private final FormatAgreement formats;
    private final Proposals proposals;
    private final Planner planner;
    private final Certificates certificates;
    private final NodeSessions sessions;
    private final Keyring keyring;
    private final NodeData data;
    private final Renewals renewals = new Renewals();
    private final MeshPublisher mesh;
    private final List<Controller> controllers;
    private final JobEndpoint jobs;
    private final LaunchEndpoint launches;
    private final ScaleEndpoint scales;
    private final EvaluationEndpoint evaluations;
    private final IntentionEndpoint intentions;
    private final NodeEndpoint nodes;
    private final AllocationEndpoint allocations;
    private final DeploymentEndpoint deployments;
    private final VariableEndpoint variables;
    private final KeyEndpoint keys;
    private final AgentEndpoint agents;
    private final AccessEndpoint access;
    private final SchedulerEndpoint scheduler;
    private final OperatorEndpoint operator;
    private final Autopilot autopilot;
    private boolean leading;
    private boolean closed;
    private boolean controlDue;
    /** How many commands of each controller are on their way into the log; only of those that have any. */
    private final Map<String, Integer> underway = new HashMap<>();

    private long term;

    /** What a server is told when it starts; {@code scheduling} holds until somebody sets something else. */
    public record Options(
            String datacenter,
            boolean allowByDefault,
            Heartbeat heartbeat,
            Retention retention,
            Agents agents,
            Initial initial) {

        public static Options standard(String datacenter, boolean allowByDefault) {
            return new Options(
                    datacenter,
                    allowByDefault,
                    Heartbeat.standard(),
                    Retention.standard(),
                    Agents.standard(datacenter),
                    new Initial(SchedulerConfiguration.standard(), AutopilotSettings.standard()));
        }
    }

    /** What holds in a region until an operator says otherwise. */
    public record Initial(SchedulerConfiguration scheduling, AutopilotSettings autopilot) {}

    /**
     * What a server has to know of agents.
     *
     * @param names what those of this region are called
     * @param authority the authority that was made for the first certificate, to become the cluster's
     * @param accessReset the file that says, with the index of the newest token, that all tokens are lost
     */
    public record Agents(
            AgentNames names,
            Optional<CertificateAuthority> authority,
            boolean ownCertificates,
            Optional<Path> accessReset) {
        static Agents standard(String datacenter) {
            return new Agents(new AgentNames("global", datacenter, true), Optional.empty(), false, Optional.empty());
        }
    }

    /**
     * How often nodes speak: each this often, but all together no more than so many times a second, so that the time
     * between two heartbeats grows with the cluster. A node that is late by the grace is lost; a new leader gives all of
     * them at least the time after a failover.
     */
    public record Heartbeat(Duration every, Duration grace, double perSecond, Duration afterFailover) {

        /** A lost node is noticed within 15 seconds, one of ten thousand within 20. */
        public static Heartbeat standard() {
            return new Heartbeat(Duration.ofSeconds(5), Duration.ofSeconds(10), 1_000, Duration.ofSeconds(15));
        }
    }

    /** How often what ended is looked for, and how long it stays (nodes count from when they were lost), and how much of it at most. */
    public record Retention(
            Duration lookEvery,
            Duration jobs,
            Duration evaluations,
            Duration batchEvaluations,
            Duration deployments,
            Duration nodes,
            Most most) {

        /** Long enough to look at what went wrong over a night's work; the published defaults of peers are the same. */
        public static Retention standard() {
            return new Retention(
                    Duration.ofMinutes(1),
                    Duration.ofHours(4),
                    Duration.ofHours(1),
                    Duration.ofHours(24),
                    Duration.ofHours(1),
                    Duration.ofHours(24),
                    Most.standard());
        }
    }

    /** How many records of what ended stay, and how many bytes of sources and payloads of jobs that ended. */
    public record Most(int jobs, int evaluations, int allocations, long bytes) {

        /** A few hundred megabytes at most. */
        public static Most standard() {
            return new Most(20_000, 100_000, 100_000, 256L << 20);
        }
    }

    public Server(
            Options options,
            Loop loop,
            Store store,
            Consensus consensus,
            Transport transport,
            RootKeys rootKeys,
            SecureRandom random) {
        this.loop = loop;
        this.store = store;
        formats = new FormatAgreement(store);
        proposals = new Proposals(consensus, loop, store, formats);
        planner = new Planner(loop, store, proposals, Planner.Limits.STANDARD);
        keyring = new Keyring(loop, store, proposals, rootKeys, random);
        certificates = new Certificates(loop, store, proposals, keyring, options, random);
        var catalog = new NewestCatalog(options.datacenter());
        data = new NodeData(loop, store, keyring, catalog);
        var heartbeats = new Heartbeats(options.heartbeat());
        var nodeEvaluations = new NodeEvaluations(loop::now, loop::random);
        var stragglers = new Stragglers();
        sessions =
                new NodeSessions(loop, store, proposals, certificates, data, heartbeats, nodeEvaluations, stragglers);
        mesh = new MeshPublisher(loop, store, sessions, catalog, options);
        var checks = new SessionChecks(catalog);
        controllers = List.of(
                new SilentNodes(heartbeats, nodeEvaluations),
                new Drains(nodeEvaluations, stragglers),
                new BlockedEvaluations(),
                new DeploymentWatcher(),
                new PeriodicLaunches(loop),
                new InitialWords(options.initial()),
                new LostHolders(renewals, checks),
                new ForgottenKeys(),
                new Resealing(keyring, certificates),
                new UnfinishedRestores(),
                new Garbage(options.retention()));
        jobs = new JobEndpoint(loop, store, proposals);
        launches = new LaunchEndpoint(loop, store, proposals);
        scales = new ScaleEndpoint(loop, store, proposals);
        evaluations = new EvaluationEndpoint(loop, store, proposals);
        intentions = new IntentionEndpoint(loop, store, proposals);
        nodes = new NodeEndpoint(loop, store, proposals, nodeEvaluations);
        allocations = new AllocationEndpoint(loop, store, proposals);
        deployments = new DeploymentEndpoint(loop, store, proposals);
        variables = new VariableEndpoint(loop, store, proposals, keyring, renewals);
        agents = new AgentEndpoint(
                loop, store, proposals, certificates, options.agents().ownCertificates(), random);
        access = new AccessEndpoint(loop, proposals, options.agents().accessReset(), random);
        keys = new KeyEndpoint(loop, store, proposals, renewals, checks);
        scheduler = new SchedulerEndpoint(loop, store, proposals);
        autopilot = new Autopilot(consensus);
        operator = new OperatorEndpoint(loop, store, consensus, proposals, formats, rootKeys, autopilot);
        store.listen((after, events) -> loop.execute(() -> applied(events)));
        consensus.onLeadership(part -> loop.execute(() -> leadership(part)));
        transport.serve(sessions::accept);
        loop.after(CONTROL_EVERY, this::controlEverySecond);
    }

    public JobEndpoint jobs() {
        return jobs;
    }

    public LaunchEndpoint launches() {
        return launches;
    }

    public ScaleEndpoint scales() {
        return scales;
    }

    public EvaluationEndpoint evaluations() {
        return evaluations;
    }

    public IntentionEndpoint intentions() {
        return intentions;
    }

    public AllocationEndpoint allocations() {
        return allocations;
    }

    public DeploymentEndpoint deployments() {
        return deployments;
    }

    public NodeEndpoint nodes() {
        return nodes;
    }

    public VariableEndpoint variables() {
        return variables;
    }

    public KeyEndpoint keys() {
        return keys;
    }

    public AgentEndpoint agents() {
        return agents;
    }

    public AccessEndpoint access() {
        return access;
    }

    /** From now on the log has other servers. */
    public void ask(MemberFormats others) {
        formats.ask(others);
    }

    public SchedulerEndpoint scheduler() {
        return scheduler;
    }

    public OperatorEndpoint operator() {
        return operator;
    }

    /** The newest state this server has applied. */
    public Snapshot snapshot() {
        return store.snapshot();
    }

    private void leadership(Leadership part) {
        boolean leads = part instanceof Leadership.Leading;
        if (leads == leading) {
            return;
        }
        leading = leads;
        LOG.log(Level.INFO, "leadership changed leading=" + leads);
        renewals.clear();
        underway.clear();
        term++;
        if (leads) {
            autopilot.begin();
            sessions.lead();
            planner.lead();
            control();
        } else {
            planner.follow();
            sessions.follow();
            controllers.forEach(Controller::forget);
        }
    }

    private void applied(List<Event> events) {
        if (closed) {
            return;
        }
        if (events.stream().anyMatch(Event.Replaced.class::isInstance)) {
            replaced();
        }
        planner.applied(events);
        sessions.applied(events);
        mesh.applied(events);
        data.applied(events);
        controlSoon();
    }

    private void controlSoon() {
        if (!controlDue) {
            controlDue = true;
            loop.execute(() -> {
                controlDue = false;
                control();
            });
        }
    }

    /** What was known of the former state holds no more: work begins again, and the nodes come again. */
    private void replaced() {
        LOG.log(Level.INFO, "the state was restored from an archive");
        renewals.clear();
        sessions.closeAll("the state was restored from an archive");
        if (leading) {
            planner.follow();
            sessions.leadAfterRestore();
            planner.lead();
        }
    }

    private void controlEverySecond() {
        if (!closed) {
            if (leading) {
                autopilot.look(store.snapshot().autopilot(), loop.now());
            }
            control();
            loop.after(CONTROL_EVERY, this::controlEverySecond);
        }
    }

    private void control() {
        if (!leading || closed) {
            return;
        }
        keyring.ensureKey();
        certificates.ensureRoot();
        for (Controller controller : controllers) {
            if (!underway.containsKey(controller.name())) {
                controller.decide(store.snapshot(), loop.now()).forEach(command -> carryOut(controller, command));
            }
        }
    }

    /** Until all that a controller decided is carried out or refused, it would only decide the same again. */
    private void carryOut(Controller controller, Command command) {
        LOG.log(Level.DEBUG, "controller acts name=" + controller.name());
        underway.merge(controller.name(), 1, Integer::sum);
        long asked = term;
        proposals.propose(command, reply -> {
            if (asked != term) {
                return;
            }
            if (underway.merge(controller.name(), -1, Integer::sum) == 0) {
                underway.remove(controller.name());
            }
            if (reply instanceof Reply.Done<Long>) {
                controlSoon();
            }
        });
    }

    /** Takes no part any more; the log and the loop are closed by their owners. Idempotent. */
    @Override
    public void close() {
        loop.execute(() -> {
            closed = true;
            planner.follow();
        });
    }
}
