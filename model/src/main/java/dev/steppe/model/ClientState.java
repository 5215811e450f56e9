package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** The part of an allocation that its node reports. */
public record ClientState(
        @Json("ClientStatus") ClientStatus status,
        @Json("ClientDescription") String description,
        SortedMap<String, TaskState> taskStates,
        @Json("DeploymentStatus") Optional<DeploymentHealth> health,
        Optional<NetworkStatus> networkStatus,
        @Json("CheckStatuses") SortedMap<String, CheckStatus> checks,
        @Json("MeshRefusals") List<MeshRefusal> refusals) {

    /** The same in another status, with the reason for it. */
    public ClientState with(ClientStatus newStatus, String reason) {
        return new ClientState(newStatus, reason, taskStates, health, networkStatus, checks, refusals);
    }

    /** The same with another verdict on its health. */
    public ClientState judged(Optional<DeploymentHealth> verdict) {
        return new ClientState(status, description, taskStates, verdict, networkStatus, checks, refusals);
    }

    /** What a new allocation shows before its node said anything. */
    public static ClientState fresh() {
        return new ClientState(
                ClientStatus.PENDING,
                "",
                Collections.emptySortedMap(),
                Optional.empty(),
                Optional.empty(),
                Collections.emptySortedMap(),
                List.of());
    }
}
