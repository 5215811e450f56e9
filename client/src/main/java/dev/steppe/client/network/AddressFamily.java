package dev.steppe.client.network;

import java.util.List;

/** What rules for one version of the Internet Protocol are written with: its words, and the bridge's addresses. */
record AddressFamily(boolean isVersion6, String subnet) {
    static AddressFamily version4(NetworkSettings settings) {
        return new AddressFamily(false, settings.subnet().toString());
    }

    /** Without a subnet it is good only for removing rules. */
    static AddressFamily version6(NetworkSettings settings) {
        return new AddressFamily(
                true, settings.version6().map(it -> it.subnet().toString()).orElse(""));
    }

    /** The word of nftables. */
    String word() {
        return isVersion6 ? "ip6" : "ip";
    }

    /** The type of an address in nftables. */
    String addressType() {
        return isVersion6 ? "ipv6_addr" : "ipv4_addr";
    }

    String iptables() {
        return isVersion6 ? "ip6tables" : "iptables";
    }

    /** Those that are reached over this version. */
    List<PublishedPort> of(List<PublishedPort> ports) {
        return ports.stream().filter(port -> port.isVersion6() == isVersion6).toList();
    }
}
