package dev.steppe.client.node;

import dev.steppe.client.allocation.AllocationHook;
import dev.steppe.client.allocation.Surroundings;
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
    private final Optional<Networks> networks;

    /** Without networks, allocations that need one are refused. */
    public NetworkHook(Optional<Networks> networks) {
        this.networks = networks;
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
            var made = available.create(
                    surroundings.allocation().id(),
                    publishedPorts(surroundings),
                    surroundings.group().network().dns());
            tell(surroundings, made);
        } catch (IOException failed) {
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

    private static void tell(Surroundings surroundings, AllocationNetwork network) {
        surroundings.network(
                TaskNetwork.of(network.namespace(), network.resolvConf()),
                new NetworkStatus(
                        network.interfaceName(),
                        network.address(),
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
            tell(
                    surroundings,
                    AllocationHook.need(
                            kept,
                            "the network of allocation "
                                    + surroundings.allocation().id()));
        } catch (IOException failed) {
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
        } catch (IOException failed) {
            throw new HookException("network: " + failed.getMessage(), failed);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new HookException("network: the agent stops", stopping);
        }
    }
}
