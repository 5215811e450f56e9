package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.util.List;

/** Traffic that reaches the mesh without being told to. */
public record TransparentProxy(
        @Json("UID") String uid,
        int outboundPort,
        List<String> excludeInboundPorts,
        List<Integer> excludeOutboundPorts,
        @Json("ExcludeOutboundCIDRs") List<String> excludeOutboundCidrs,
        @Json("ExcludeUIDs") List<String> excludeUids,
        @Json("NoDNS") boolean noDns) {}
