package dev.steppe.client.mesh;

import dev.steppe.client.allocation.Surroundings;
import dev.steppe.client.allocation.TaskHook;
import dev.steppe.client.allocation.TaskSite;
import dev.steppe.model.Connect;
import dev.steppe.model.Service;
import dev.steppe.model.Task;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tells tasks that speak the mesh's protocol themselves where they get their identity and with which token, by the
 * variables that Consul's clients read. What the job sets itself stays.
 */
public final class NativeHook implements TaskHook {
    private final NativeIdentities identities;
    private final String address;
    private final SharedDirectories shared;

    /** Tells where a task sees the directory that it shares with the others of its allocation. */
    @FunctionalInterface
    public interface SharedDirectories {
        String of(TaskSite site) throws Failure;
    }

    /** {@code address} is that of the agent's API in Consul's words, as host and port. */
    public NativeHook(NativeIdentities identities, String address, SharedDirectories shared) {
        this.identities = identities;
        this.address = address;
        this.shared = shared;
    }

    @Override
    public String name() {
        return "connect_native";
    }

    /** The token is a secret: it is given anew each time and not kept. */
    @Override
    public Prepared prepare(TaskSite site) throws Failure {
        if (!isNative(site.surroundings(), site.task())) {
            return Prepared.once();
        }
        identities.expect(site.surroundings().allocation().id());
        var environment = new TreeMap<>(Map.of(
                "CONSUL_HTTP_ADDR",
                NativeSocketHook.isNeeded(site.surroundings())
                        ? "unix://" + shared.of(site) + "/" + NativeSocketHook.SOCKET
                        : address,
                "CONSUL_HTTP_TOKEN",
                identities.token(site.surroundings().allocation().id())));
        environment.keySet().removeAll(site.task().env().keySet());
        return new Prepared(false, environment);
    }

    @Override
    public void running(TaskSite site) {
        if (isNative(site.surroundings(), site.task())) {
            identities.expect(site.surroundings().allocation().id());
        }
    }

    @Override
    public void release(TaskSite site) {
        if (isNative(site.surroundings(), site.task())) {
            identities.forget(site.surroundings().allocation().id());
        }
    }

    private static boolean isNative(Surroundings surroundings, Task task) {
        var group = surroundings.group();
        return task.services().stream().anyMatch(NativeHook::isNative)
                || group.services().stream()
                        .filter(NativeHook::isNative)
                        .anyMatch(service -> service.taskName().equals(task.name())
                                || service.taskName().isEmpty() && group.tasks().size() == 1);
    }

    static boolean isNative(Service service) {
        return service.connect().map(Connect::byItself).orElse(false);
    }
}
