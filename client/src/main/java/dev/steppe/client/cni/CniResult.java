package dev.steppe.client.cni;

import dev.steppe.model.DnsConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What came of making a network, as far as tasks and services need it. An address is empty where the plug-ins gave none.
 *
 * @param dns what the plug-ins know of name servers
 */
record CniResult(String interfaceName, String address, Optional<String> address6, Optional<DnsConfig> dns) {

    /** Reads the last plug-in's answer in any version of the protocol; addresses of the machine's own side do not count. */
    static CniResult of(SortedMap<String, Object> result, String asked) {
        var names = new ArrayList<String>();
        var inside = new ArrayList<Boolean>();
        for (Object each : list(result.getOrDefault("interfaces", List.of()))) {
            var found = CniList.map(each);
            names.add(found.flatMap(it -> CniList.text(it, "name")).orElse(""));
            inside.add(found.flatMap(it -> CniList.text(it, "sandbox")).isPresent());
        }
        var version4 = new ArrayList<String>();
        var version6 = new ArrayList<String>();
        String name = asked;
        for (Object each : list(result.getOrDefault("ips", List.of()))) {
            var ip = CniList.map(each);
            int index = ip.map(it -> it.getOrDefault("interface", -1)).orElse(-1) instanceof Number number
                    ? number.intValue()
                    : -1;
            boolean known = index >= 0 && index < names.size();
            if (known && !inside.get(index)) {
                continue;
            }
            var address = ip.flatMap(it -> CniList.text(it, "address")).orElse("");
            if (known && version4.isEmpty() && version6.isEmpty()) {
                name = names.get(index);
            }
            add(address, version4, version6);
        }
        for (String old : List.of("ip4", "ip6")) {
            CniList.map(result.getOrDefault(old, ""))
                    .flatMap(it -> CniList.text(it, "ip"))
                    .ifPresent(address -> add(address, version4, version6));
        }
        return new CniResult(
                name,
                version4.isEmpty() ? version6.stream().findFirst().orElse("") : version4.getFirst(),
                version6.stream().findFirst(),
                CniList.map(result.getOrDefault("dns", ""))
                        .map(CniResult::dns)
                        .filter(it -> !it.servers().isEmpty()));
    }

    private static void add(String address, List<String> version4, List<String> version6) {
        String plain = address.split("/", 2)[0];
        if (!plain.isEmpty()) {
            (plain.contains(":") ? version6 : version4).add(plain);
        }
    }

    private static DnsConfig dns(SortedMap<String, Object> dns) {
        return new DnsConfig(
                texts(dns.getOrDefault("nameservers", List.of())),
                texts(dns.getOrDefault("search", List.of())),
                texts(dns.getOrDefault("options", List.of())));
    }

    private static List<String> texts(Object json) {
        return list(json).stream().map(String::valueOf).toList();
    }

    private static List<?> list(Object json) {
        return json instanceof List<?> list ? list : List.of();
    }
}
