package dev.steppe.agent;

import dev.steppe.agent.link.CertificateKeeper;
import dev.steppe.agent.link.KeptIdentity;
import dev.steppe.api.Forwarding;
import dev.steppe.api.agents.AgentWords;
import dev.steppe.api.dns.DnsServer;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.security.certificate.AgentRequest;
import dev.steppe.wire.network.AgentCalls;
import dev.steppe.wire.network.AgentRole;
import dev.steppe.wire.network.HostPort;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** An agent without a server: whatever it cannot answer itself, it asks a server, the leader first where that is known. */
final class ClientLinks implements Forwarding.Servers, CertificateKeeper.Source, DnsServer.Elsewhere {
    private static final Duration RENEW_WITHIN = Duration.ofSeconds(30);
    private static final Duration NAMES_WITHIN = Duration.ofSeconds(4);

    private final LinkPart link;
    private final String node;

    ClientLinks(LinkPart link, String node) {
        this.link = link;
        this.node = node;
    }

    @Override
    public Forwarding.Part part() {
        return Forwarding.Part.NO_SERVER;
    }

    @Override
    public Optional<HostPort> leader() {
        return link.servers().leader();
    }

    @Override
    public List<HostPort> toTry() {
        return link.servers().toTry(ThreadLocalRandom.current());
    }

    @Override
    public void awaitNewest() throws IOException {
        throw new IOException("this agent has no server");
    }

    /** Those it knows came with its certificate; servers tell of others when they renew it. */
    @Override
    public List<String> authorities() {
        return List.of();
    }

    @Override
    public KeptIdentity renew(AgentRequest request) throws IOException, InterruptedException {
        byte[] wish = Codec.toJsonBytes(new AgentWords.RenewalWish(request.der()), false);
        var answer = ask(AgentCalls.Call.put(AgentWords.CERTIFICATE, wish), RENEW_WITHIN);
        try {
            var admitted = Codec.fromJson(AgentWords.Admitted.class, answer.body());
            return new KeptIdentity(
                    AgentRole.CLIENT.word(),
                    node,
                    request.privateKeyPem().revealText(),
                    admitted.chainPem(),
                    admitted.rootsPem());
        } catch (CodecException unreadable) {
            throw new IOException("what a server answered cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }

    @Override
    public byte[] answer(byte[] question, boolean stream) throws IOException, InterruptedException {
        var call = new AgentCalls.Call(
                "PUT",
                AgentWords.NAMES + (stream ? "?stream" : ""),
                Map.of("Content-Type", List.of("application/dns-message")),
                question);
        return ask(call, NAMES_WITHIN).body();
    }

    /** The good answer of the first server that gives one. */
    AgentCalls.Answer ask(AgentCalls.Call call, Duration within) throws IOException, InterruptedException {
        var failure = new IOException("no server is known");
        for (HostPort server : toTry()) {
            try {
                var answer = link.calls().ask(server, call, within);
                if (answer.isGood()) {
                    return answer;
                }
                failure = new IOException("the server at " + server + " answered " + answer.status() + ": "
                        + answer.text().strip());
            } catch (IOException unreachable) {
                failure = unreachable;
            }
        }
        throw failure;
    }
}
