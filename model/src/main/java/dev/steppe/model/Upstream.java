package dev.steppe.model;

import dev.steppe.model.codec.Default;
import java.util.Optional;
import java.util.SortedMap;

/** A service of the mesh that an allocation reaches at a loopback port of its own. */
public record Upstream(
        String destinationName,
        String destinationNamespace,
        String datacenter,
        int localBindPort,
        @Default("127.0.0.1") String localBindAddress,
        SortedMap<String, Object> config,
        String destinationPeer,
        String destinationPartition,
        String destinationType,
        String localBindSocketPath,
        String localBindSocketMode,
        Optional<MeshGateway> meshGateway) {}
