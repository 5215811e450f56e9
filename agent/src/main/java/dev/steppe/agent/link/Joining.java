package dev.steppe.agent.link;

import dev.steppe.api.agents.AgentWords;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.security.certificate.AgentRequest;
import dev.steppe.wire.network.AgentCalls;
import dev.steppe.wire.network.AgentNames;
import dev.steppe.wire.network.AgentRole;
import dev.steppe.wire.network.HostPort;
import dev.steppe.wire.network.JoinSecret;
import dev.steppe.wire.network.SharedKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Joins a cluster with a token: the authority's fingerprint in it says whether the server that answers is the right one,
 * and the secret in it says to the server that this agent may join. The key of the new certificate never leaves this
 * agent.
 *
 * @param server the server to ask, or a balancer before several
 */
public record Joining(HostPort server, JoinSecret secret) {
    /** Long, because an answer that is lost may have used the token up: it cannot be asked for again. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** Where agents call servers unless somebody says otherwise. */
    public static final int USUAL_PORT = 4647;

    /** Reads {@code <address>#<token>}; fails with what is wrong. */
    public static Joining parse(String written) {
        int mark = written.indexOf('#');
        if (mark < 1) {
            throw new IllegalArgumentException(
                    "write -join=<address of a server>#<token>; steppe agent join-token prints it on a server");
        }
        return new Joining(
                HostPort.parse(written.substring(0, mark), USUAL_PORT), JoinSecret.parse(written.substring(mark + 1)));
    }

    /** The same with the token itself where a file with one was named: {@code <address>#@<path>}. */
    public static String fromFile(String written) throws IOException {
        int mark = written.indexOf("#@");
        return mark < 0
                ? written
                : written.substring(0, mark + 1)
                        + Files.readString(Path.of(written.substring(mark + 2)))
                                .strip()
                                .replaceFirst("^.*#", "");
    }

    /** What came of it. */
    public record Joined(KeptIdentity identity, List<HostPort> servers) {}

    /** Nobody took the call, so the token was not used. */
    public static final class UnansweredException extends IOException {
        private static final long serialVersionUID = 1;

        UnansweredException(IOException cause) {
            super("joining failed: " + cause.getMessage(), cause);
        }
    }

    /** Asks for a certificate, as one that knows no key. */
    public Joined join(AgentNames names, AgentRole role, String node, SecureRandom random)
            throws IOException, InterruptedException {
        return join(names, role, node, new SharedKey(Optional.empty()), random);
    }

    /** Asks for a certificate. */
    public Joined join(AgentNames names, AgentRole role, String node, SharedKey key, SecureRandom random)
            throws IOException, InterruptedException {
        var request = AgentRequest.create(random);
        var wish = new AgentWords.JoinWish(secret.secretText(), role.word(), node, request.der());
        try (var calls = AgentCalls.ofStranger(names, secret, key)) {
            var answer =
                    calls.ask(server, AgentCalls.Call.put(AgentWords.JOIN, Codec.toJsonBytes(wish, false)), PATIENCE);
            if (!answer.isGood()) {
                throw new IOException("the server at " + server + " does not let this agent join: "
                        + answer.text().strip());
            }
            return joined(role, node, request, Codec.fromJson(AgentWords.Admitted.class, answer.body()));
        } catch (CodecException unreadable) {
            throw new IOException(
                    "what the server at " + server + " answered cannot be read: " + unreadable.getMessage(),
                    unreadable);
        } catch (AgentCalls.UnreachableException away) {
            throw new UnansweredException(away);
        } catch (IOException failed) {
            throw new IOException("joining failed: " + failed.getMessage(), failed);
        }
    }

    private Joined joined(AgentRole role, String node, AgentRequest request, AgentWords.Admitted admitted)
            throws IOException {
        var identity = new KeptIdentity(
                role.word(), node, request.privateKeyPem().revealText(), admitted.chainPem(), admitted.rootsPem());
        if (!request.isFor(identity.credentials().certificate())) {
            throw new IOException("the server at " + server + " sent a certificate for another key");
        }
        var servers = new ArrayList<HostPort>();
        for (String told : admitted.servers()) {
            servers.add(HostPort.parse(told, USUAL_PORT));
        }
        if (!servers.contains(server)) {
            servers.add(server);
        }
        return new Joined(identity, servers);
    }

    @Override
    public String toString() {
        return "Joining[" + server + "]";
    }
}
