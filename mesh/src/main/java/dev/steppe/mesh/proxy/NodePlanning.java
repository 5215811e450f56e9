package dev.steppe.mesh.proxy;

import dev.steppe.mesh.catalog.Instance;
import dev.steppe.mesh.catalog.Instance.ProxyOf;
import dev.steppe.mesh.configuration.Address;
import dev.steppe.mesh.configuration.Exposed;
import dev.steppe.mesh.configuration.Inbound;
import dev.steppe.mesh.configuration.Upstream;
import dev.steppe.model.Allocation;
import dev.steppe.model.ConnectProxy;
import dev.steppe.model.Expose;
import dev.steppe.model.ExposePath;
import dev.steppe.model.Job;
import dev.steppe.model.Service;
import dev.steppe.model.TaskGroup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Plans the sidecars and identities of one node, allocation by allocation, and collects what cannot be planned. */
final class NodePlanning {
    private final ProxyPlanner planner;
    private final List<SidecarPlan> sidecars = new ArrayList<>();
    private final List<IdentityPlan> natives = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    /** Who has an upstream's port already: by network (the node's, or an allocation's own) and address. */
    private final Map<String, String> bound = new TreeMap<>();

    NodePlanning(ProxyPlanner planner) {
        this.planner = planner;
    }

    List<SidecarPlan> sidecars() {
        return sidecars;
    }

    List<IdentityPlan> natives() {
        return natives;
    }

    List<String> problems() {
        return problems;
    }

    void add(Allocation allocation) {
        Optional<TaskGroup> group =
                planner.snapshot().jobOf(allocation).map(Job::spec).flatMap(job -> job.group(allocation.taskGroup()));
        if (group.isEmpty()) {
            return;
        }
        // Rows follow the order of the services, so the proxies among them pair up with the services that have one.
        List<Instance> rows = planner.catalog().ofAllocation(allocation.id());
        rows.stream().filter(Instance::connectNative).forEach(row -> addNative(allocation, row.name()));
        List<Instance> proxies =
                rows.stream().filter(row -> row.proxy().isPresent()).toList();
        List<Service> services = group.get().allServices().stream()
                .filter(service -> service.sidecar().isPresent())
                .toList();
        for (int i = 0; i < Math.min(proxies.size(), services.size()); i++) {
            add(allocation, group.get().hasOwnNetwork(), services.get(i), proxies.get(i));
        }
    }

    private void add(Allocation allocation, boolean bridged, Service service, Instance proxy) {
        ProxyOf target = proxy.proxy().orElseThrow();
        String who = "allocation " + allocation.name() + " service \"" + target.service() + "\"";
        try {
            sidecars.add(new SidecarPlan(
                    allocation.id(),
                    target.service(),
                    planner.identity(target.service()),
                    inbound(proxy, target, who),
                    upstreams(service, bridged ? allocation.id().value() : "host", who),
                    exposed(service, allocation, bridged, who)));
        } catch (IllegalArgumentException nameless) {
            // The service's name, after its variables were replaced, is none that an identity can carry.
            problems.add(who + " cannot be in the mesh: " + nameless.getMessage());
        }
    }

    private void addNative(Allocation allocation, String service) {
        try {
            natives.add(new IdentityPlan(allocation.id(), service, planner.identity(service)));
        } catch (IllegalArgumentException nameless) {
            problems.add("allocation " + allocation.name() + " service \"" + service + "\" cannot be in the mesh: "
                    + nameless.getMessage());
        }
    }

    private Optional<Inbound> inbound(Instance proxy, ProxyOf target, String who) {
        Optional<Address> reached = ProxyPlanner.address(proxy.address(), proxy.port());
        Optional<Address> local = ProxyPlanner.address(target.localAddress(), target.localPort());
        if (reached.isEmpty() || local.isEmpty()) {
            problems.add(who + " cannot be called through the mesh: its proxy would listen at " + proxy.address() + ":"
                    + proxy.port() + " and lead to " + target.localAddress() + ":" + target.localPort()
                    + "; both must be an IP address and a port");
            return Optional.empty();
        }
        return Optional.of(new Inbound(reached.get(), local.get(), planner.policy(target.service())));
    }

    /** Paths of one listener port are served by one listener. */
    private List<Exposed> exposed(Service service, Allocation allocation, boolean bridged, String who) {
        Optional<ConnectProxy> proxy = service.sidecar().orElseThrow().proxy();
        Map<Address, List<Exposed.Path>> listeners = new LinkedHashMap<>();
        for (ExposePath wanted :
                proxy.flatMap(ConnectProxy::expose).map(Expose::paths).orElse(List.of())) {
            String local = proxy.map(ConnectProxy::localServiceAddress)
                    .filter(address -> !address.isEmpty())
                    .orElse("127.0.0.1");
            Optional<Address> target = ProxyPlanner.address(local, wanted.localPathPort());
            Optional<Address> bind = allocation
                    .allocatedResources()
                    .port(wanted.listenerPort())
                    .flatMap(port -> bridged
                            ? ProxyPlanner.address("0.0.0.0", port.to() > 0 ? port.to() : port.value())
                            : ProxyPlanner.address(port.hostIp(), port.value()));
            if (bind.isEmpty() || target.isEmpty()) {
                problems.add(who + " cannot expose \"" + wanted.path() + "\": listener_port \"" + wanted.listenerPort()
                        + "\" must be a port of the group, and local_path_port a port");
            } else {
                listeners
                        .computeIfAbsent(bind.get(), address -> new ArrayList<>())
                        .add(new Exposed.Path(wanted.path(), target.get()));
            }
        }
        List<Exposed> planned = new ArrayList<>();
        listeners.forEach((bind, paths) -> planned.add(new Exposed(bind, paths)));
        return planned;
    }

    private List<Upstream> upstreams(Service service, String network, String who) {
        List<Upstream> planned = new ArrayList<>();
        for (dev.steppe.model.Upstream wanted : service.sidecar().orElseThrow().upstreams()) {
            upstream(wanted, network, who).ifPresent(planned::add);
        }
        return planned;
    }

    private Optional<Upstream> upstream(dev.steppe.model.Upstream wanted, String network, String who) {
        String at = wanted.localBindAddress() + ":" + wanted.localBindPort();
        Optional<Address> bind = ProxyPlanner.address(wanted.localBindAddress(), wanted.localBindPort());
        if (bind.isEmpty()) {
            problems.add(who + " cannot call \"" + wanted.destinationName() + "\": " + at
                    + " is not an IP address and a port");
            return Optional.empty();
        }
        Optional<String> holder = Optional.ofNullable(
                bound.putIfAbsent(network + " " + bind.get(), who + " for \"" + wanted.destinationName() + "\""));
        if (holder.isPresent()) {
            problems.add(who + " cannot call \"" + wanted.destinationName() + "\" at " + at + ": " + holder.get()
                    + " has that port; choose another local_bind_port");
            return Optional.empty();
        }
        return Optional.of(new Upstream(
                bind.get(),
                wanted.destinationName(),
                planner.identity(wanted.destinationName()),
                planner.endpoints(wanted.destinationName())));
    }
}
