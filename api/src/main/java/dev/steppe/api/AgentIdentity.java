package dev.steppe.api;

/**
 * What an agent says of itself at its API. {@code server} and {@code client} tell which parts it runs; {@code control} is
 * what the API may ask of it.
 */
public record AgentIdentity(
        String name,
        String datacenter,
        String version,
        boolean server,
        boolean client,
        boolean accessControl,
        AgentControl control) {

    /** An agent of which nothing can be asked. */
    public AgentIdentity(
            String name, String datacenter, String version, boolean server, boolean client, boolean accessControl) {
        this(name, datacenter, version, server, client, accessControl, AgentControl.none());
    }
}
