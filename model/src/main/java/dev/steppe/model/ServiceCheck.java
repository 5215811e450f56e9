package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** A health check of a service, run by the node inside the allocation's network. */
public record ServiceCheck(
        String name,
        String type,
        String command,
        List<String> args,
        String path,
        String protocol,
        String portLabel,
        boolean expose,
        String addressMode,
        Duration interval,
        Duration timeout,
        String initialStatus,
        String method,
        SortedMap<String, List<String>> header,
        String body,
        @Json("TLSSkipVerify") boolean tlsSkipVerify,
        Optional<CheckRestart> checkRestart,
        @Json("GRPCService") String grpcService,
        @Json("GRPCUseTLS") boolean grpcUseTls,
        String taskName,
        int successBeforePassing,
        int failuresBeforeCritical,
        int failuresBeforeWarning,
        String advertise,
        @Json("TLSServerName") String tlsServerName,
        String notes,
        String onUpdate) {}
