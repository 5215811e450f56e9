package dev.steppe.model;

import dev.steppe.model.codec.Json;

/**
 * A server as it told the others.
 *
 * @param id its name in the replicated log, for its whole life
 * @param agentAddress where other agents call it
 * @param httpAddress where people call its Nomad API
 */
public record ServerMember(
        @Json("ID") String id,
        String name,
        String datacenter,
        String agentAddress,
        String httpAddress,
        String version) {}
