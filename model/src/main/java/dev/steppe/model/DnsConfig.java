package dev.steppe.model;

import java.util.List;

/** Name servers of a group's network, instead of the node's. */
public record DnsConfig(List<String> servers, List<String> searches, List<String> options) {}
