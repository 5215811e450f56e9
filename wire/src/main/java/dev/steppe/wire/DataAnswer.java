package dev.steppe.wire;

import dev.steppe.model.data.KeyEntry;
import dev.steppe.model.data.VariableItems;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;

/**
 * What a server knows of a {@link DataQuery}. Names of variants and components are part of the format: they may be added
 * to, never renamed.
 */
public sealed interface DataAnswer {

    /** There is no such variable or key now. */
    record Missing() implements DataAnswer {}

    /** The task may not read it, or it cannot be read; says what to do. */
    record Denied(String reason) implements DataAnswer {}

    /** A variable in clear. */
    record FoundVariable(VariableAbout about, VariableItems items) implements DataAnswer {}

    /** Variables without their content, by path. */
    record FoundVariables(List<VariableAbout> variables) implements DataAnswer {}

    /** What is known of a variable without reading it. */
    record VariableAbout(
            String namespace,
            String path,
            Instant createTime,
            Instant modifyTime,
            long createIndex,
            long modifyIndex) {}

    /** Keys with their values, in order. */
    record FoundKeys(List<KeyEntry> entries) implements DataAnswer {}

    /** Instances of a service, by node and id. */
    record FoundInstances(List<Instance> instances) implements DataAnswer {}

    /**
     * One instance of a service. {@code provider} is whose words the job spoke: {@code consul} or {@code nomad};
     * {@code status} is the worst of its checks. Job and allocation are empty for the agents' own services.
     */
    record Instance(
            String id,
            String name,
            String provider,
            String namespace,
            String jobId,
            String allocationId,
            String nodeId,
            String nodeName,
            String nodeAddress,
            String datacenter,
            String address,
            int port,
            List<String> tags,
            SortedMap<String, String> meta,
            String status,
            long createIndex,
            long modifyIndex) {}

    /** All services by name, each with the tags that any instance has. */
    record FoundServices(SortedMap<String, List<String>> tags) implements DataAnswer {}
}
