package dev.steppe.client.node;

import dev.steppe.client.allocation.AllocationHook;
import dev.steppe.client.allocation.Surroundings;
import dev.steppe.client.driver.DriverException;
import dev.steppe.client.driver.PauseContainers;
import dev.steppe.client.driver.TaskNetwork;
import dev.steppe.client.network.AllocationNetwork;
import dev.steppe.client.network.Networks;
import dev.steppe.model.NetworkStatus;
import dev.steppe.model.PortMapping;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Gives an allocation in bridge mode a network of its own; in host mode there is nothing to do. */
public final class NetworkHook implements AllocationHook {
    private static final String DOCKER = "docker";

    private final Optional<Networks> networks;
    private final PauseContainers pauses;

    /**
     * Without networks, allocations that need one are refused. Where a group has a container, a pause container holds the
     * namespace, since Docker joins containers only.
     */
    public NetworkHook(Optional<Networks> networks, PauseContainers pauses) {
        this.networks = networks;
        this.pauses = pauses;
    }

    @Override
    public String name() {
        return "network";
    }

    @Override
    public void prepare(Surroundings surroundings) throws HookException {
        if (!surroundings.group().isBridged()) {
            return;
        }
        var available = AllocationHook.need(networks, "bridge networking on this node (see steppe doctor)");
        try {
            if (hasContainer(surroundings)) {
                var pause = pauses.start(surroundings.allocation().id());
                var made = available.createAround(
                        pause.pid(),
                        surroundings.allocation().id(),
                        publishedPorts(surroundings),
                        surroundings.group().network().dns());
                tell(surroundings, made, Optional.of(pause.containerId()));
            } else {
                var made = available.create(
                        surroundings.allocation().id(),
                        publishedPorts(surroundings),
                        surroundings.group().network().dns());
                tell(surroundings, made, Optional.empty());
            }
        } catch (IOException | DriverException failed) {
            throw new HookException("network: " + failed.getMessage(), failed);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new HookException("network: the agent stops", stopping);
        }
    }

    /** The mesh's own ports are served by the node's proxy on the machine itself. */
    private static List<PortMapping> publishedPorts(Surroundings surroundings) {
        return surroundings.allocation().allocatedResources().shared().ports().stream()
                .filter(port -> !port.isOfProxy())
                .toList();
    }

    private static boolean hasContainer(Surroundings surroundings) {
        return surroundings.group().tasks().stream()
                .anyMatch(task -> task.driver().equals(DOCKER));
    }

    private static void tell(Surroundings surroundings, AllocationNetwork network, Optional<String> pause) {
        surroundings.network(
                new TaskNetwork(network.namespace(), network.resolvConf(), Optional.empty(), pause),
                new NetworkStatus(
                        network.interfaceName(),
                        network.address(),
                        network.address6(),
                        surroundings.group().network().dns()));
    }

    @Override
    public void adopt(Surroundings surroundings) throws HookException {
        if (!surroundings.group().isBridged()) {
            return;
        }
        try {
            var available = AllocationHook.need(networks, "bridge networking on this node (see steppe doctor)");
            var kept = available.adopt(surroundings.allocation().id());
            var pause = hasContainer(surroundings)
                    ? Optional.of(AllocationHook.need(
                                    pauses.find(surroundings.allocation().id()), "the pause container")
                            .containerId())
                    : Optional.<String>empty();
            tell(
                    surroundings,
                    AllocationHook.need(
                            kept,
                            "the network of allocation "
                                    + surroundings.allocation().id()),
                    pause);
        } catch (IOException | DriverException failed) {
            throw new HookException("network: " + failed.getMessage(), failed);
        }
    }

    @Override
    public void release(Surroundings surroundings) throws HookException {
        if (!surroundings.group().isBridged() || networks.isEmpty()) {
            return;
        }
        try {
            networks.get().destroy(surroundings.allocation().id());
            if (hasContainer(surroundings)) {
                pauses.remove(surroundings.allocation().id());
            }
        } catch (IOException | DriverException failed) {
            throw new HookException("network: " + failed.getMessage(), failed);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new HookException("network: the agent stops", stopping);
        }
    }
}
