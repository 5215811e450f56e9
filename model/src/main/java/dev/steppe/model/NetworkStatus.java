package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.util.Optional;

/** An allocation's own network: interface and addresses inside its namespace; the IPv6 address where there is one. */
public record NetworkStatus(
        String interfaceName,
        String address,
        @Json("AddressIPv6") Optional<String> addressIpv6,
        Optional<DnsConfig> dns) {}
