package dev.steppe.api.dns;

import dev.steppe.mesh.catalog.Catalog;
import dev.steppe.mesh.catalog.Instance;
import io.netty.util.NetUtil;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** Answers questions about the zone from the catalog. Used by one thread at a time. */
final class Responder {
    private static final DnsReply.Timers TIMERS = new DnsReply.Timers(3600, 600, 86_400, 0);
    /** Labels of letters, digits, hyphens and underscores, at most 63 of them (RFC 1035, section 2.3.4). */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,63}(\\.[A-Za-z0-9_-]{1,63})*");

    /** What two bytes of a record hold. */
    private static final int WEIGHT_MAX = 0xffff;

    private final Zone zone;
    private final Supplier<Catalog> catalog;
    private final RandomGenerator random;

    Responder(Zone zone, Supplier<Catalog> catalog, RandomGenerator random) {
        this.zone = zone;
        this.catalog = catalog;
        this.random = random;
    }

    /** The answer, or empty when the name is not in the zone. */
    Optional<DnsReply> answer(DnsQuery query, int serial) {
        return Optional.of(zone.meaning(query.name()))
                .filter(meaning -> !(meaning instanceof Zone.Meaning.Elsewhere))
                .map(meaning -> {
                    var found = found(query, meaning, serial);
                    boolean empty = found.records.isEmpty();
                    return new DnsReply(
                            found.exists ? DnsReply.Code.NO_ERROR : DnsReply.Code.NAME_ERROR,
                            found.records,
                            empty ? List.of(authority(serial)) : List.of(),
                            found.additional);
                });
    }

    /** What a name has; a name that exists may have nothing of the type asked for. */
    private record Found(boolean exists, List<DnsReply.Record> records, List<DnsReply.Record> additional) {
        static Found nothing() {
            return new Found(false, List.of(), List.of());
        }

        static Found of(List<DnsReply.Record> records) {
            return new Found(true, records, List.of());
        }
    }

    private Found found(DnsQuery query, Zone.Meaning meaning, int serial) {
        return switch (meaning) {
            case Zone.Meaning.OfService(var name, var tag) -> service(query, serving(name, tag));
            case Zone.Meaning.OfConnect(var name) ->
                service(query, shuffled(catalog.get().connect(name, List.of())));
            case Zone.Meaning.OfNode(var name) -> node(query, name);
            case Zone.Meaning.Literal(var address) -> Found.of(addressOf(query, address, zone.nodeTtlSeconds()));
            case Zone.Meaning.Apex() -> apex(query, serial);
            case Zone.Meaning.Nothing() -> Found.nothing();
            case Zone.Meaning.Elsewhere() -> Found.nothing();
        };
    }

    /** Names are compared without regard to case, as everywhere in DNS. */
    private List<Instance> serving(String name, Optional<String> tag) {
        var now = catalog.get();
        var instances = now.service(name, List.of());
        if (instances.isEmpty()) {
            instances = now.services().keySet().stream()
                    .filter(known -> known.equalsIgnoreCase(name))
                    .flatMap(known -> now.service(known, List.of()).stream())
                    .toList();
        }
        return shuffled(instances.stream()
                .filter(instance ->
                        tag.isEmpty() || instance.tags().stream().anyMatch(its -> its.equalsIgnoreCase(tag.get())))
                .toList());
    }

    private List<Instance> shuffled(List<Instance> instances) {
        var serving =
                new ArrayList<>(instances.stream().filter(Instance::isServing).toList());
        Collections.shuffle(serving, random);
        return serving;
    }

    private Found service(DnsQuery query, List<Instance> instances) {
        if (instances.isEmpty()) {
            return Found.nothing();
        }
        return query.type() == DnsQuery.TYPE_SRV ? services(query, instances) : addresses(query, instances);
    }

    private Found addresses(DnsQuery query, List<Instance> instances) {
        var records = new LinkedHashMap<String, DnsReply.Record>();
        for (var instance : instances) {
            for (var record : addressOf(query, instance.address(), zone.serviceTtlSeconds())) {
                records.putIfAbsent(instance.address(), record);
            }
        }
        return Found.of(List.copyOf(records.values()));
    }

    private Found services(DnsQuery query, List<Instance> instances) {
        var records = new ArrayList<DnsReply.Record>();
        var additional = new LinkedHashMap<String, DnsReply.Record>();
        for (var instance : instances) {
            var bytes = bytes(instance.address());
            if (bytes.isEmpty() && !NAME.matcher(instance.address()).matches()) {
                continue;
            }
            var target = target(instance, bytes);
            int weight = Math.min(instance.weight(), WEIGHT_MAX);
            records.add(new DnsReply.Record(
                    query.name(),
                    zone.serviceTtlSeconds(),
                    new DnsReply.Data.Service(1, weight, instance.port(), target)));
            bytes.ifPresent(address -> additional.putIfAbsent(
                    target, new DnsReply.Record(target, zone.serviceTtlSeconds(), new DnsReply.Data.Address(address))));
        }
        return new Found(true, records, List.copyOf(additional.values()));
    }

    /** The node's name when the service is reached there, else its own address written as a name. */
    private String target(Instance instance, Optional<byte[]> address) {
        var node = instance.node();
        if (address.isEmpty()) {
            return instance.address();
        }
        boolean onNode = instance.address().equals(node.address())
                && NAME.matcher(node.name()).matches();
        return onNode ? zone.nodeName(node.name()) : zone.addressName(address.get());
    }

    private Found node(DnsQuery query, String name) {
        return catalog.get()
                .nodeNamed(name)
                .map(node -> Found.of(addressOf(query, node.address(), zone.nodeTtlSeconds())))
                .orElseGet(Found::nothing);
    }

    private Found apex(DnsQuery query, int serial) {
        if (query.type() == DnsQuery.TYPE_NS) {
            return Found.of(catalog.get().service("consul", List.of()).stream()
                    .filter(Instance::isServing)
                    .filter(server -> NAME.matcher(server.node().name()).matches())
                    .map(server -> new DnsReply.Record(
                            query.name(),
                            zone.nodeTtlSeconds(),
                            new DnsReply.Data.NameServer(
                                    zone.nodeName(server.node().name()))))
                    .toList());
        }
        boolean wanted = query.type() == DnsQuery.TYPE_SOA || query.type() == DnsQuery.TYPE_ANY;
        return Found.of(wanted ? List.of(authority(serial)) : List.of());
    }

    private DnsReply.Record authority(int serial) {
        return new DnsReply.Record(
                zone.domain(),
                0,
                new DnsReply.Data.Authority("ns." + zone.domain(), "hostmaster." + zone.domain(), serial, TIMERS));
    }

    private static Optional<byte[]> bytes(String address) {
        return Optional.ofNullable(NetUtil.createByteArrayFromIpAddressString(address));
    }

    /** A service may be reached at a name of its own: that is told as an alias. */
    private static List<DnsReply.Record> addressOf(DnsQuery query, String address, int ttl) {
        var bytes = bytes(address);
        if (bytes.isEmpty() && !NAME.matcher(address).matches()) {
            return List.of();
        }
        if (bytes.isEmpty()) {
            return List.of(new DnsReply.Record(query.name(), ttl, new DnsReply.Data.Canonical(address)));
        }
        return addressOf(query, bytes.get(), ttl);
    }

    private static List<DnsReply.Record> addressOf(DnsQuery query, byte[] address, int ttl) {
        int type = address.length == 4 ? DnsQuery.TYPE_A : DnsQuery.TYPE_AAAA;
        return query.type() == type || query.type() == DnsQuery.TYPE_ANY
                ? List.of(new DnsReply.Record(query.name(), ttl, new DnsReply.Data.Address(address)))
                : List.of();
    }
}
