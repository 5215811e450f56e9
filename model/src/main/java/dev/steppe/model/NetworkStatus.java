package dev.steppe.model;

import java.util.Optional;

/** An allocation's own network: interface and address inside its namespace. */
public record NetworkStatus(String interfaceName, String address, Optional<DnsConfig> dns) {}
