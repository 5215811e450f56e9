package dev.steppe.api.dns;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The names this server answers for: {@code domain} without a leading or trailing dot, one datacenter, and how long
 * answers may be kept. Pure.
 */
public record Zone(String domain, String datacenter, int serviceTtlSeconds, int nodeTtlSeconds) {
    private static final List<String> KINDS =
            List.of("service", "connect", "virtual", "ingress", "node", "query", "addr");

    public Zone {
        domain = domain.toLowerCase(Locale.ROOT);
        if (domain.isEmpty() || domain.startsWith(".") || domain.endsWith(".")) {
            throw new IllegalArgumentException("the DNS domain \"" + domain + "\" must not begin or end with a dot");
        }
    }

    /** The zone {@code consul}; answers are not to be kept, so that a change is seen at once. */
    public static Zone standard(String datacenter) {
        return new Zone("consul", datacenter, 0, 0);
    }

    /** What a name means here. */
    sealed interface Meaning {
        /** Instances of a service, all or those with a tag. */
        record OfService(String name, Optional<String> tag) implements Meaning {}

        /** What speaks the mesh's protocol for a service. */
        record OfConnect(String name) implements Meaning {}

        record OfNode(String name) implements Meaning {}

        /** An address written in hexadecimal digits. */
        record Literal(byte[] address) implements Meaning {}

        /** The zone itself. */
        record Apex() implements Meaning {}

        /** In the zone, but nothing. */
        record Nothing() implements Meaning {}

        /** Not in the zone: somebody else answers. */
        record Elsewhere() implements Meaning {}
    }

    Meaning meaning(String asked) {
        var name = asked.toLowerCase(Locale.ROOT);
        if (name.equals(domain)) {
            return new Meaning.Apex();
        }
        if (!name.endsWith("." + domain)) {
            return new Meaning.Elsewhere();
        }
        var labels = Arrays.asList(
                name.substring(0, name.length() - domain.length() - 1).split("\\.", -1));
        int kind = -1;
        for (int i = 0; i < labels.size(); i++) {
            kind = KINDS.contains(labels.get(i)) ? i : kind;
        }
        if (kind < 0) {
            return withoutKind(labels);
        }
        if (!isHere(labels.subList(kind + 1, labels.size()))) {
            return new Meaning.Nothing();
        }
        return of(labels.get(kind), labels.subList(0, kind));
    }

    /** {@code _name._tcp[.datacenter]} may leave the kind out. */
    private Meaning withoutKind(List<String> labels) {
        boolean isService = labels.size() >= 2
                && labels.get(0).startsWith("_")
                && labels.get(1).startsWith("_")
                && isHere(labels.subList(2, labels.size()));
        return isService ? service(labels.subList(0, 2)) : new Meaning.Nothing();
    }

    /** Nothing, the datacenter, or the datacenter and {@code dc}. */
    private boolean isHere(List<String> locality) {
        return switch (locality.size()) {
            case 0 -> true;
            case 1 -> locality.getFirst().equalsIgnoreCase(datacenter);
            case 2 ->
                locality.getFirst().equalsIgnoreCase(datacenter)
                        && locality.getLast().equals("dc");
            default -> false;
        };
    }

    private static Meaning of(String kind, List<String> parts) {
        if (parts.isEmpty()) {
            return new Meaning.Nothing();
        }
        return switch (kind) {
            case "service" -> service(parts);
            case "connect" -> parts.size() == 1 ? new Meaning.OfConnect(parts.getFirst()) : new Meaning.Nothing();
            case "node" -> new Meaning.OfNode(String.join(".", parts));
            case "addr" -> literal(parts);
            default -> new Meaning.Nothing();
        };
    }

    private static Meaning service(List<String> parts) {
        boolean standard = parts.size() == 2
                && parts.get(0).startsWith("_")
                && parts.get(1).startsWith("_");
        if (standard) {
            var protocol = parts.get(1).substring(1);
            var tag = protocol.equals("tcp") ? Optional.<String>empty() : Optional.of(protocol);
            return new Meaning.OfService(parts.get(0).substring(1), tag);
        }
        var tags = new ArrayList<>(parts.subList(0, parts.size() - 1));
        return new Meaning.OfService(
                parts.getLast(), tags.isEmpty() ? Optional.empty() : Optional.of(String.join(".", tags)));
    }

    private static Meaning literal(List<String> parts) {
        var digits = parts.getFirst();
        boolean whole = parts.size() == 1 && (digits.length() == 8 || digits.length() == 32);
        if (!whole || !digits.chars().allMatch(HexFormat::isHexDigit)) {
            return new Meaning.Nothing();
        }
        return new Meaning.Literal(HexFormat.of().parseHex(digits));
    }

    String nodeName(String node) {
        return node + ".node." + datacenter + "." + domain;
    }

    String addressName(byte[] address) {
        return HexFormat.of().formatHex(address) + ".addr." + datacenter + "." + domain;
    }
}
