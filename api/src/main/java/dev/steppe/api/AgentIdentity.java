package dev.steppe.api;

/** What an agent says of itself at its API. {@code server} and {@code client} tell which parts it runs. */
public record AgentIdentity(
        String name, String datacenter, String version, boolean server, boolean client, boolean accessControl) {}
