package dev.steppe.client.mesh;

import dev.steppe.client.allocation.AllocationHook;
import dev.steppe.client.allocation.Surroundings;
import dev.steppe.client.driver.AllocationDirectory;
import dev.steppe.model.AllocationId;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Gives an allocation with a network of its own, and a task that speaks the mesh's protocol itself, a socket to the agent in
 * the directory that its tasks share. A later agent makes it anew under the same name.
 */
public final class NativeSocketHook implements AllocationHook, AutoCloseable {
    /** Where tasks find it, below the directory they share. */
    static final String SOCKET = "tmp/consul_http.sock";

    private final Path root;
    private final Supplier<SocketAddress> api;
    private final ConcurrentHashMap<AllocationId, AgentSocket> open = new ConcurrentHashMap<>();

    /** {@code root} is the directory of all allocations, {@code api} that in Consul's words. */
    public NativeSocketHook(Path root, Supplier<SocketAddress> api) {
        this.root = root;
        this.api = api;
    }

    @Override
    public String name() {
        return "native socket";
    }

    static boolean isNeeded(Surroundings surroundings) {
        return surroundings.group().hasOwnNetwork()
                && surroundings.group().allServices().stream().anyMatch(NativeHook::isNative);
    }

    private Path file(Surroundings surroundings) {
        return new AllocationDirectory(root, surroundings.allocation().id())
                .shared()
                .resolve(SOCKET);
    }

    @Override
    public void prepare(Surroundings surroundings) throws HookException {
        if (!isNeeded(surroundings)) {
            return;
        }
        close(surroundings.allocation().id());
        Path file = file(surroundings);
        try {
            open.put(
                    surroundings.allocation().id(),
                    new AgentSocket(
                            Optional.ofNullable(file.getParent()).orElse(root),
                            file.getFileName().toString(),
                            api));
        } catch (IOException failed) {
            throw new HookException("the socket " + file + " to the agent: " + failed.getMessage(), failed);
        }
    }

    @Override
    public void adopt(Surroundings surroundings) throws HookException {
        prepare(surroundings);
    }

    @Override
    public void release(Surroundings surroundings) throws HookException {
        close(surroundings.allocation().id());
        if (isNeeded(surroundings)) {
            try {
                Files.deleteIfExists(file(surroundings));
            } catch (IOException stays) {
                throw new HookException("the socket to the agent stays: " + stays.getMessage(), stays);
            }
        }
    }

    private void close(AllocationId allocation) {
        Optional.ofNullable(open.remove(allocation)).ifPresent(AgentSocket::close);
    }

    /** Ends all connections; what runs goes on. */
    @Override
    public void close() {
        open.values().forEach(AgentSocket::close);
        open.clear();
    }
}
