package dev.steppe.scheduler;

import dev.steppe.model.NetworkResource;
import dev.steppe.model.Port;
import dev.steppe.model.PortMapping;
import dev.steppe.model.Service;
import dev.steppe.model.TaskGroup;
import java.util.ArrayList;
import java.util.List;

/** The host ports one instance of a group needs: its own, those of its tasks in the old form, and one per mesh proxy without. */
final class PortNeeds {
    private PortNeeds() {}

    /** Fixed ports first; a value of 0 is to be chosen. */
    static List<Port> of(TaskGroup group) {
        var all = new ArrayList<Port>(group.network().reservedPorts());
        group.tasks()
                .forEach(task -> task.resources().networks().stream()
                        .map(NetworkResource::reservedPorts)
                        .forEach(all::addAll));
        all.addAll(group.network().dynamicPorts());
        group.tasks()
                .forEach(task -> task.resources().networks().stream()
                        .map(NetworkResource::dynamicPorts)
                        .forEach(all::addAll));
        for (Service service : group.allServices()) {
            // Where the job gives the proxy a port, the proxy is there and needs no other.
            if (service.sidecar().filter(sidecar -> sidecar.port().isEmpty()).isPresent()) {
                all.add(new Port(PortMapping.proxyLabel(service.name()), 0, -1, "default", false));
            }
        }
        return all;
    }
}
