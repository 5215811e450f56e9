package dev.steppe.security.identity;

import dev.steppe.security.identity.IdentityRefused.Reason;
import java.util.List;

/**
 * The identity carried as the URI name of a certificate. {@link #parse} and {@link #text} are inverse to each other;
 * an identity that exists has valid parts.
 */
public sealed interface SpiffeId {
    /** The namespace every mesh service has as long as the Consul dialect knows only one. */
    String DEFAULT_NAMESPACE = "default";

    TrustDomain trustDomain();

    /** What follows the trust domain, empty or starting with a slash. */
    String path();

    /** The whole URI. */
    default String text() {
        return "spiffe://" + trustDomain().name() + path();
    }

    /** A service of the mesh: {@code /ns/<namespace>/dc/<datacenter>/svc/<service>}. */
    record Service(TrustDomain trustDomain, String namespace, String datacenter, String service) implements SpiffeId {
        public Service {
            Segment.check("namespace", namespace);
            Segment.check("datacenter", datacenter);
            Segment.check("service", service);
        }

        @Override
        public String path() {
            return "/ns/" + namespace + "/dc/" + datacenter + "/svc/" + service;
        }

        @Override
        public String toString() {
            return text();
        }
    }

    /** An agent that runs workloads: {@code /agent/client/dc/<datacenter>/id/<node>}. */
    record ClientAgent(TrustDomain trustDomain, String datacenter, String node) implements SpiffeId {
        public ClientAgent {
            Segment.check("datacenter", datacenter);
            Segment.check("node", node);
        }

        @Override
        public String path() {
            return "/agent/client/dc/" + datacenter + "/id/" + node;
        }

        @Override
        public String toString() {
            return text();
        }
    }

    /** An agent that holds the replicated log: {@code /agent/server/dc/<datacenter>}. */
    record ServerAgent(TrustDomain trustDomain, String datacenter) implements SpiffeId {
        public ServerAgent {
            Segment.check("datacenter", datacenter);
        }

        @Override
        public String path() {
            return "/agent/server/dc/" + datacenter;
        }

        @Override
        public String toString() {
            return text();
        }
    }

    /** A certificate authority: the trust domain with an empty path. */
    record Authority(TrustDomain trustDomain) implements SpiffeId {
        @Override
        public String path() {
            return "";
        }

        @Override
        public String toString() {
            return text();
        }
    }

    /** Reads an identity; refuses other schemes, unknown paths and parts with characters that SPIFFE does not allow. */
    static SpiffeId parse(String text) throws IdentityRefused {
        if (!text.startsWith("spiffe://")) {
            throw notAnIdentity(text, "it must start with spiffe://");
        }
        String rest = text.substring("spiffe://".length());
        int slash = rest.indexOf('/');
        String domain = slash < 0 ? rest : rest.substring(0, slash);
        List<String> parts =
                slash < 0 ? List.of() : List.of(rest.substring(slash + 1).split("/", -1));
        try {
            return ofParts(text, new TrustDomain(domain), parts);
        } catch (IllegalArgumentException e) {
            throw notAnIdentity(text, e.getMessage());
        }
    }

    private static SpiffeId ofParts(String text, TrustDomain domain, List<String> parts) throws IdentityRefused {
        if (parts.isEmpty()) {
            return new Authority(domain);
        }
        if (parts.size() == 6 && labels(parts, "ns", "dc", "svc")) {
            return new Service(domain, parts.get(1), parts.get(3), parts.get(5));
        }
        if (parts.size() == 6
                && parts.get(0).equals("agent")
                && parts.get(1).equals("client")
                && parts.get(2).equals("dc")
                && parts.get(4).equals("id")) {
            return new ClientAgent(domain, parts.get(3), parts.get(5));
        }
        if (parts.size() == 4
                && parts.get(0).equals("agent")
                && parts.get(1).equals("server")
                && parts.get(2).equals("dc")) {
            return new ServerAgent(domain, parts.get(3));
        }
        if (parts.get(0).equals("ap")) {
            throw notAnIdentity(text, "admin partitions (/ap/...) are not supported");
        }
        throw notAnIdentity(
                text,
                "its path is none of /ns/<ns>/dc/<dc>/svc/<service>, /agent/client/dc/<dc>/id/<node>,"
                        + " /agent/server/dc/<dc>");
    }

    private static boolean labels(List<String> parts, String first, String second, String third) {
        return parts.get(0).equals(first)
                && parts.get(2).equals(second)
                && parts.get(4).equals(third);
    }

    private static IdentityRefused notAnIdentity(String text, String why) {
        return new IdentityRefused(
                Reason.NOT_AN_IDENTITY, "\"" + Segment.printable(text) + "\" is not an identity of this mesh: " + why);
    }
}
