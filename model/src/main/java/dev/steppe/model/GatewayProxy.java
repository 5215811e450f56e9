package dev.steppe.model;

import dev.steppe.model.codec.Default;
import dev.steppe.model.codec.Json;
import java.time.Duration;
import java.util.SortedMap;

/** Where the proxy of a gateway listens and how it connects. */
public record GatewayProxy(
        @Default("5s") Duration connectTimeout,
        boolean envoyGatewayBindTaggedAddresses,
        SortedMap<String, GatewayBindAddress> envoyGatewayBindAddresses,
        boolean envoyGatewayNoDefaultBind,
        @Json("EnvoyDNSDiscoveryType") String envoyDnsDiscoveryType,
        SortedMap<String, Object> config) {}
