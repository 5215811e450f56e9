package dev.steppe.mesh.dns;

import dev.steppe.mesh.catalog.Catalog;
import dev.steppe.mesh.catalog.Health;
import dev.steppe.mesh.catalog.Instance;
import dev.steppe.mesh.catalog.NodeEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * Reads names under a domain and finds in a catalog what they stand for. Immutable.
 *
 * @param domain the domain, {@code consul} unless configured
 * @param datacenter the datacenter that names may end in
 */
public record Names(String domain, String datacenter) {
    /** The right-most of these in a name says what kind of thing it names. */
    private static final List<String> KINDS =
            List.of("service", "connect", "virtual", "ingress", "node", "query", "addr");

    private static final Resolution NONE = new Resolution.NoSuchName();

    public Names {
        domain = withoutDot(domain.toLowerCase(Locale.ROOT));
    }

    /** What the name, with or without a dot at its end and in any case, stands for. */
    public Resolution resolve(Catalog catalog, String name) {
        String asked = withoutDot(name.toLowerCase(Locale.ROOT));
        if (asked.equals(domain)) {
            return new Resolution.Domain(healthy(catalog.service("consul", List.of())));
        }
        if (!asked.endsWith("." + domain)) {
            return new Resolution.OtherDomain();
        }
        String inside = asked.substring(0, asked.length() - domain.length() - 1);
        List<String> labels = Arrays.asList(inside.split("\\.", -1));
        int kind = labels.size() - 1;
        while (kind >= 0 && !KINDS.contains(labels.get(kind))) {
            kind--;
        }
        if (kind < 0) {
            return isRfc2782(labels) && isHere(labels.subList(2, labels.size())) ? rfc2782(catalog, labels) : NONE;
        }
        return isHere(labels.subList(kind + 1, labels.size()))
                ? resolve(catalog, labels.get(kind), labels.subList(0, kind))
                : NONE;
    }

    private static Resolution resolve(Catalog catalog, String kind, List<String> parts) {
        if (parts.isEmpty() || parts.contains("")) {
            return NONE;
        }
        return switch (kind) {
            case "service" -> isRfc2782(parts) && parts.size() == 2 ? rfc2782(catalog, parts) : tagged(catalog, parts);
            case "connect" -> parts.size() == 1 ? found(catalog.connect(parts.getFirst(), List.of())) : NONE;
            case "node" ->
                catalog.nodeNamed(String.join(".", parts))
                        .<Resolution>map(Resolution.OfNode::new)
                        .orElse(NONE);
            case "addr" -> parts.size() == 1 ? address(parts.getFirst()) : NONE;
            default -> NONE; // virtual addresses, ingress gateways and prepared queries do not exist here
        };
    }

    /** {@code [<tag>.]<service>}; a tag may contain dots. */
    private static Resolution tagged(Catalog catalog, List<String> parts) {
        String service = parts.getLast();
        String tag = String.join(".", parts.subList(0, parts.size() - 1));
        return service(catalog, service, tag);
    }

    /** {@code _<service>._<tag>}, where the tag {@code tcp} stands for none. */
    private static Resolution rfc2782(Catalog catalog, List<String> labels) {
        String tag = labels.get(1).substring(1);
        return service(catalog, labels.getFirst().substring(1), tag.equals("tcp") ? "" : tag);
    }

    private static Resolution service(Catalog catalog, String service, String tag) {
        List<Instance> instances = new ArrayList<>(catalog.service(service, List.of()));
        if (instances.isEmpty()) {
            // Names of services may have upper-case letters; questions have lost theirs.
            catalog.services().keySet().stream()
                    .filter(name -> name.equalsIgnoreCase(service))
                    .forEach(name -> instances.addAll(catalog.service(name, List.of())));
        }
        if (!tag.isEmpty()) {
            instances.removeIf(instance -> instance.tags().stream().noneMatch(tag::equalsIgnoreCase));
        }
        return found(instances);
    }

    private static Resolution found(List<Instance> instances) {
        return instances.isEmpty() ? NONE : new Resolution.Services(healthy(instances));
    }

    private static List<Instance> healthy(List<Instance> instances) {
        return instances.stream()
                .filter(instance -> instance.health() != Health.CRITICAL
                        && !instance.address().isEmpty())
                .toList();
    }

    /** Eight hex digits for an IPv4 address, 32 for an IPv6 address. */
    private static Resolution address(String hex) {
        if (!hex.matches("[0-9a-f]{8}|[0-9a-f]{32}")) {
            return NONE;
        }
        byte[] bytes = HexFormat.of().parseHex(hex);
        StringBuilder ip = new StringBuilder();
        for (int i = 0; i < bytes.length; i++) {
            if (bytes.length == 4) {
                ip.append(i == 0 ? "" : ".").append(bytes[i] & 0xff);
            } else {
                ip.append(i > 0 && i % 2 == 0 ? ":" : "").append(HexFormat.of().toHexDigits(bytes[i]));
            }
        }
        return new Resolution.OfAddress(ip.toString());
    }

    /** The name under which an address of a service is found again, for answers that must name a host. */
    public String nameOf(byte[] address) {
        return HexFormat.of().formatHex(address) + ".addr." + datacenter + "." + domain;
    }

    /** The name of a node, for answers that must name a host. */
    public String nameOf(NodeEntry node) {
        return node.name() + ".node." + datacenter + "." + domain;
    }

    private static boolean isRfc2782(List<String> labels) {
        return labels.size() >= 2
                && labels.get(0).length() > 1
                && labels.get(1).length() > 1
                && labels.get(0).startsWith("_")
                && labels.get(1).startsWith("_");
    }

    /** Nothing, or this datacenter, with or without {@code dc} behind it. */
    private boolean isHere(List<String> locality) {
        return locality.isEmpty()
                || (locality.getFirst().equalsIgnoreCase(datacenter)
                        && (locality.size() == 1
                                || (locality.size() == 2 && locality.get(1).equals("dc"))));
    }

    private static String withoutDot(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }
}
