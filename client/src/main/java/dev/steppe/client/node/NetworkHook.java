package dev.steppe.client.node;

import dev.steppe.client.allocation.AllocationHook;
import dev.steppe.client.allocation.Surroundings;
import dev.steppe.client.cni.CniNetworks;
import dev.steppe.client.driver.DriverException;
import dev.steppe.client.driver.PauseContainers;
import dev.steppe.client.driver.TaskNetwork;
import dev.steppe.client.network.AllocationNetwork;
import dev.steppe.client.network.Networks;
import dev.steppe.model.NetworkStatus;
import dev.steppe.model.PortMapping;
import dev.steppe.model.SidecarService;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Gives an allocation a network of its own, of the agent's bridge or of CNI plug-ins; in host mode there is nothing to do. */
public final class NetworkHook implements AllocationHook {
    private static final String DOCKER = "docker";
    private static final String BRIDGE = "bridge";
    private static final String MISSING = "bridge networking on this node (see steppe doctor)";

    private final Optional<Networks> bridge;
    private final Optional<CniNetworks> others;
    private final PauseContainers pauses;
    private final Texts texts;

    /** Fills in what a text of a job refers to. May block. */
    @FunctionalInterface
    public interface Texts {
        String filled(Surroundings surroundings, String text) throws DriverException;
    }

    /**
     * Without networks, allocations that need one are refused. Where a group has a container, a pause container holds the
     * namespace, since Docker joins containers only.
     */
    public NetworkHook(Optional<Networks> bridge, Optional<CniNetworks> others, PauseContainers pauses, Texts texts) {
        this.bridge = bridge;
        this.others = others;
        this.pauses = pauses;
        this.texts = texts;
    }

    @Override
    public String name() {
        return "network";
    }

    private interface Work {
        void run() throws IOException, InterruptedException, DriverException, HookException;
    }

    private static void attempt(Work work) throws HookException {
        try {
            work.run();
        } catch (IOException | DriverException failed) {
            throw new HookException("network: " + failed.getMessage(), failed);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new HookException("network: the agent stops", stopping);
        }
    }

    @Override
    public void prepare(Surroundings surroundings) throws HookException {
        if (surroundings.group().hasOwnNetwork()) {
            attempt(() -> {
                var pause = hasContainer(surroundings)
                        ? Optional.of(pauses.start(surroundings.allocation().id()))
                        : Optional.<PauseContainers.Pause>empty();
                var made = isBridged(surroundings) ? bridged(surroundings, pause) : other(surroundings, pause);
                tell(surroundings, made, pause.map(PauseContainers.Pause::containerId));
            });
        }
    }

    private AllocationAddress bridged(Surroundings surroundings, Optional<PauseContainers.Pause> pause)
            throws IOException, InterruptedException, HookException {
        var available = AllocationHook.need(bridge, MISSING);
        var id = surroundings.allocation().id();
        var dns = surroundings.group().network().dns();
        return AllocationAddress.of(
                pause.isPresent()
                        ? available.createAround(pause.get().pid(), id, publishedPorts(surroundings), dns)
                        : available.create(id, publishedPorts(surroundings), dns));
    }

    private AllocationAddress other(Surroundings surroundings, Optional<PauseContainers.Pause> pause)
            throws IOException, InterruptedException, DriverException, HookException {
        var network = surroundings.group().network();
        var made = AllocationHook.need(
                        others, "network mode " + network.mode() + " on this node, whose agent is not root")
                .create(new CniNetworks.Wish(
                        surroundings.allocation().id(),
                        network.mode(),
                        arguments(surroundings),
                        publishedPorts(surroundings),
                        network.dns(),
                        pause.map(it -> OptionalLong.of(it.pid())).orElse(OptionalLong.empty())));
        if (!made.publishes() && !publishedPorts(surroundings).isEmpty()) {
            surroundings.tell(
                    "Task hook message",
                    "network " + network.mode() + " publishes no ports on the node (none of its plug-ins has the"
                            + " capability portMappings): they are reached at the allocation's own address");
        }
        return AllocationAddress.of(made);
    }

    /** What plug-ins are told of the allocation, and what the job has them told. */
    private SortedMap<String, String> arguments(Surroundings surroundings) throws DriverException {
        var arguments = new TreeMap<String, String>();
        arguments.put("NOMAD_REGION", surroundings.job().region());
        arguments.put("NOMAD_NAMESPACE", surroundings.job().namespace());
        arguments.put("NOMAD_JOB_ID", surroundings.job().id().value());
        arguments.put("NOMAD_GROUP_NAME", surroundings.group().name());
        arguments.put("NOMAD_ALLOC_ID", surroundings.allocation().id().value());
        var cni = surroundings.group().network().cni();
        if (cni.isPresent()) {
            for (var each : cni.get().args().entrySet()) {
                arguments.put(each.getKey(), texts.filled(surroundings, each.getValue()));
            }
        }
        return arguments;
    }

    /** The mesh's own ports are served by the node's proxy on the machine itself, also those that a job gives to it. */
    private static List<PortMapping> publishedPorts(Surroundings surroundings) {
        var ofProxies = surroundings.group().allServices().stream()
                .flatMap(service -> service.sidecar().stream())
                .map(SidecarService::port)
                .collect(Collectors.toSet());
        return surroundings.allocation().allocatedResources().shared().ports().stream()
                .filter(port -> !port.isOfProxy() && !ofProxies.contains(port.label()))
                .toList();
    }

    private static boolean isBridged(Surroundings surroundings) {
        return surroundings.group().network().mode().equals(BRIDGE);
    }

    private static boolean hasContainer(Surroundings surroundings) {
        return surroundings.group().tasks().stream()
                .anyMatch(task -> task.driver().equals(DOCKER));
    }

    private static void tell(Surroundings surroundings, AllocationAddress network, Optional<String> pause) {
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
        if (surroundings.group().hasOwnNetwork()) {
            attempt(() -> {
                var id = surroundings.allocation().id();
                var kept = isBridged(surroundings)
                        ? AllocationHook.need(bridge, MISSING).adopt(id).map(AllocationAddress::of)
                        : AllocationHook.need(others, "networking by an agent that is root")
                                .adopt(id)
                                .map(AllocationAddress::of);
                var pause = hasContainer(surroundings)
                        ? Optional.of(pauseOf(surroundings).containerId())
                        : Optional.<String>empty();
                tell(surroundings, AllocationHook.need(kept, "the network of allocation " + id), pause);
            });
        }
    }

    /** Without it nothing can join the network any more, which is removed to be made anew. */
    private PauseContainers.Pause pauseOf(Surroundings surroundings)
            throws HookException, DriverException, InterruptedException {
        var found = pauses.find(surroundings.allocation().id());
        if (found.isEmpty()) {
            release(surroundings);
        }
        return AllocationHook.need(found, "the pause container");
    }

    @Override
    public void release(Surroundings surroundings) throws HookException {
        if (surroundings.group().hasOwnNetwork()) {
            attempt(() -> {
                var id = surroundings.allocation().id();
                if (isBridged(surroundings) && bridge.isPresent()) {
                    bridge.get().destroy(id);
                } else if (!isBridged(surroundings) && others.isPresent()) {
                    others.get().destroy(id);
                } else {
                    return;
                }
                if (hasContainer(surroundings)) {
                    pauses.remove(id);
                }
            });
        }
    }

    /** What tasks and services need to know of a network, whoever made it. */
    private record AllocationAddress(
            Path namespace, String interfaceName, String address, Optional<String> address6, Path resolvConf) {

        static AllocationAddress of(AllocationNetwork made) {
            return new AllocationAddress(
                    made.namespace(), made.interfaceName(), made.address(), made.address6(), made.resolvConf());
        }

        static AllocationAddress of(CniNetworks.Made made) {
            return new AllocationAddress(
                    made.namespace(), made.interfaceName(), made.address(), made.address6(), made.resolvConf());
        }
    }
}
