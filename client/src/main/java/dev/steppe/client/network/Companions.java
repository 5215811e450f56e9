package dev.steppe.client.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** For each IPv4 address of the machine, the IPv6 addresses of its interface that others reach. */
record Companions(Map<String, List<String>> addresses) {
    static final Companions NONE = new Companions(Map.of());

    private static final int INTERFACE = 1;
    private static final int FAMILY = 2;
    private static final int ADDRESS = 3;

    /** From the output of {@code ip -o addr show}; addresses of the apart networks have none. */
    static Companions of(String listing, List<Subnet> apart) {
        var version4 = new TreeMap<String, String>();
        var version6 = new TreeMap<String, List<String>>();
        for (String line : listing.split("\n", -1)) {
            var fields = line.trim().split("\\s+", -1);
            if (fields.length <= ADDRESS) {
                continue;
            }
            var address = fields[ADDRESS].split("/", 2)[0];
            if (fields[FAMILY].equals("inet")) {
                version4.put(address, fields[INTERFACE]);
            } else if (fields[FAMILY].equals("inet6") && line.contains(" scope global")) {
                version6.computeIfAbsent(fields[INTERFACE], name -> new ArrayList<>())
                        .add(address);
            }
        }
        var found = new TreeMap<String, List<String>>();
        version4.forEach((address, name) -> {
            if (apart.stream().noneMatch(Subnet.parse(address)::overlaps)) {
                found.put(address, version6.getOrDefault(name, List.of()));
            }
        });
        return new Companions(found);
    }

    List<String> of(String version4) {
        return addresses.getOrDefault(version4, List.of());
    }
}
