package dev.steppe.client.allocation;

import dev.steppe.model.CheckStatus;
import dev.steppe.model.ClientState;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.MeshRefusal;
import dev.steppe.model.NetworkStatus;
import dev.steppe.model.TaskState;
import dev.steppe.model.TaskStatus;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a node reports of an allocation beside its tasks, put together with them. Owned by the client's loop. */
final class AllocationReport {
    /** Why a batch that ran as long as it may has ended. */
    static final String OVERRUN = "allocation exceeded max_run_duration";

    private final TreeMap<String, CheckStatus> checks = new TreeMap<>();
    private final TreeMap<String, TaskState> proxies = new TreeMap<>();
    private List<MeshRefusal> refusals = List.of();

    /** How far an allocation is. */
    enum Stage {
        BEFORE,
        RUNNING,
        STOPPING,
        ENDED
    }

    /** What the tasks do, and how far the allocation is. */
    record Now(
            Stage stage,
            SortedMap<String, TaskState> tasks,
            Optional<String> setupFailure,
            String abandoned,
            boolean overrun,
            Health health,
            Optional<NetworkStatus> network,
            Instant at) {}

    AllocationReport(Map<String, CheckStatus> checksBefore) {
        checks.putAll(checksBefore);
    }

    SortedMap<String, CheckStatus> checks() {
        return Collections.unmodifiableSortedMap(checks);
    }

    /** Forgets results of other checks; true when there were some. */
    boolean checksAre(Set<String> keys) {
        return checks.keySet().retainAll(keys);
    }

    /** True when the result says something new. */
    boolean checked(String key, CheckStatus status) {
        var before = checks.put(key, status);
        return before == null
                || !before.status().equals(status.status())
                || !before.output().equals(status.output());
    }

    /** The state of the mesh's proxy for a service, shown as a task of its own; true when it changed. */
    boolean proxy(String service, TaskState state) {
        return !state.equals(proxies.put("connect-proxy-" + service, state));
    }

    /** What the mesh refused; true when it changed. */
    boolean refused(List<MeshRefusal> latest) {
        boolean news = !latest.equals(refusals);
        refusals = latest;
        return news;
    }

    ClientState state(Now now) {
        var states = new TreeMap<>(now.tasks);
        boolean over = now.stage.compareTo(Stage.STOPPING) >= 0;
        proxies.forEach((name, state) -> states.put(name, over ? ended(state, now.at) : state));
        var status = status(now);
        return new ClientState(
                status,
                describe(status, now),
                Collections.unmodifiableSortedMap(states),
                now.health.verdict(),
                now.network,
                Collections.unmodifiableSortedMap(new TreeMap<>(checks)),
                refusals);
    }

    private static TaskState ended(TaskState proxy, Instant at) {
        return new TaskState(
                TaskStatus.DEAD,
                false,
                proxy.restarts(),
                proxy.lastRestart(),
                proxy.startedAt(),
                proxy.finishedAt().equals(Instant.EPOCH) ? at : proxy.finishedAt(),
                proxy.events());
    }

    /** An allocation is only over when what it held is given back. */
    static ClientStatus status(Now now) {
        var states = now.tasks.values();
        boolean failed = now.setupFailure.isPresent()
                || states.stream().anyMatch(state -> state.status() == TaskStatus.DEAD && state.failed());
        if (now.stage == Stage.ENDED && !now.abandoned.isEmpty()) {
            return ClientStatus.LOST;
        }
        if (now.stage == Stage.ENDED && now.overrun) {
            return ClientStatus.COMPLETE;
        }
        if (now.stage == Stage.ENDED) {
            return failed ? ClientStatus.FAILED : ClientStatus.COMPLETE;
        }
        boolean begun = states.stream()
                .anyMatch(state -> state.status() == TaskStatus.RUNNING
                        || state.restarts() > 0
                        || state.startedAt().isAfter(Instant.EPOCH));
        return begun || now.stage == Stage.STOPPING ? ClientStatus.RUNNING : ClientStatus.PENDING;
    }

    private static String describe(ClientStatus status, Now now) {
        return switch (status) {
            case PENDING -> "No tasks have started";
            case RUNNING -> now.stage == Stage.RUNNING ? "Tasks are running" : "Tasks are stopping";
            case COMPLETE -> now.overrun ? OVERRUN : "All tasks have completed";
            case FAILED -> now.setupFailure.orElse("Failed tasks");
            case LOST -> now.abandoned;
            case UNKNOWN -> "";
        };
    }
}
