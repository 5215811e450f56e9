package dev.steppe.api;

import dev.steppe.api.http.Dialect;
import dev.steppe.api.http.Gate;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.ShownToken;
import dev.steppe.security.access.AccessSecret;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;

/**
 * Who may use the APIs: whoever shows a token may do everything, and nobody else anything but what needs no right. Each
 * agent looks by itself, also at what another agent hands on.
 */
public final class AccessControl {
    private final KnownTokens tokens;
    private final boolean makesFirst;

    /** Which tokens there are. */
    @FunctionalInterface
    public interface KnownTokens {
        /** Whether there is one whose secret has this digest; fails where nobody can tell. */
        boolean contains(String digest) throws IOException, InterruptedException;
    }

    /** @param makesFirst whether somebody on this machine may have the first token made */
    public AccessControl(KnownTokens tokens, boolean makesFirst) {
        this.tokens = tokens;
        this.makesFirst = makesFirst;
    }

    /** Of requests that come from people and programs. */
    public Gate ofCallers(Dialect dialect) {
        return (request, right) -> {
            boolean first = right instanceof Right.FirstToken && makesFirst && isOfThisMachine(request.remote());
            if (!first) {
                admit(request, right, dialect);
            }
        };
    }

    /** Of requests that agents hand on, or have of their own: those are known by their certificates. */
    public Gate ofAgents(Dialect dialect) {
        return (request, right) -> {
            boolean own = right instanceof Right.FirstToken || right instanceof Right.BetweenNodes;
            if (!own) {
                admit(request, right, dialect);
            }
        };
    }

    /** With what the request names in the places that the route has for it. */
    private static String needed(Right right, Request request) {
        var text = right.toString();
        for (var name : request.names().entrySet()) {
            text = text.replace("{" + name.getKey() + "}", "\"" + name.getValue() + "\"");
        }
        return text;
    }

    private void admit(Request request, Right right, Dialect dialect)
            throws Refused, IOException, InterruptedException {
        if (right instanceof Right.Anyone) {
            return;
        }
        var secret = ShownToken.of(request);
        if (secret.isEmpty()) {
            throw new Refused(
                    Refused.Kind.FORBIDDEN,
                    right instanceof Right.FirstToken
                            ? "Permission denied: the first token is made on the machine of a server, by steppe acl"
                                    + " bootstrap there"
                            : "Permission denied: " + needed(right, request) + " needs a token, and none was shown");
        }
        if (!tokens.contains(AccessSecret.digestOf(secret.get()))) {
            throw new Refused(
                    Refused.Kind.FORBIDDEN, dialect == Dialect.NOMAD ? "ACL token not found" : "ACL not found");
        }
    }

    private static boolean isOfThisMachine(SocketAddress remote) throws IOException {
        return remote instanceof InetSocketAddress address
                && (address.getAddress().isLoopbackAddress()
                        || NetworkInterface.getByInetAddress(address.getAddress()) != null);
    }
}
