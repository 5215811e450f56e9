package dev.steppe.client.node;

import dev.steppe.client.cni.CniNetworks;
import dev.steppe.client.driver.AllocationDirectory;
import dev.steppe.client.network.Networks;
import dev.steppe.io.process.Cgroups;
import dev.steppe.model.AllocationId;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * What earlier agents left on this machine that belongs to no allocation any more: processes in control groups, networks,
 * mounts and directories. Blocking.
 */
public final class Leftovers {
    private static final System.Logger LOG = System.getLogger(Leftovers.class.getName());

    private final Path allocations;
    private final Optional<Cgroups> cgroups;
    private final Optional<Networks> networks;
    private final Optional<CniNetworks> others;

    public Leftovers(
            Path allocations, Optional<Cgroups> cgroups, Optional<Networks> networks, Optional<CniNetworks> others) {
        this.others = others;
        this.allocations = allocations;
        this.cgroups = cgroups;
        this.networks = networks;
    }

    /** Removes what belongs to none of the live allocations; directories of known ones stay readable. */
    public void remove(Set<AllocationId> live, Set<AllocationId> known) throws IOException, InterruptedException {
        if (cgroups.isPresent()) {
            for (String name : cgroups.get().existing()) {
                // the name of a task's group is allocation, dot, task
                String allocation = name.contains(".") ? name.substring(0, name.indexOf('.')) : name;
                if (live.stream().noneMatch(id -> id.value().equals(allocation))) {
                    LOG.log(Level.INFO, "removing what a crash left cgroup=" + name);
                    var group = cgroups.get().find(name);
                    group.killAll();
                    group.remove();
                }
            }
        }
        if (others.isPresent()) {
            for (String removed : others.get().sweep(live)) {
                LOG.log(Level.INFO, "removing what a crash left network=" + removed);
            }
        }
        if (networks.isPresent()) {
            for (String removed : networks.get().sweep(live)) {
                LOG.log(Level.INFO, "removing what a crash left network=" + removed);
            }
        }
        for (AllocationId existing : AllocationDirectory.existing(allocations)) {
            var directory = new AllocationDirectory(allocations, existing);
            if (!known.contains(existing)) {
                LOG.log(Level.INFO, "removing what a crash left directory=" + directory.path());
                directory.destroy();
            } else if (!live.contains(existing)) {
                directory.unmount();
            }
        }
    }

    /** Removes everything there is, bridge and parent group included; directories of known allocations stay readable. */
    public void removeAll(Set<AllocationId> known) throws IOException, InterruptedException {
        remove(Set.of(), known);
        if (networks.isPresent()) {
            networks.get().removeAll();
        } else if (others.isPresent()) {
            others.get().removeDirectory();
        }
        if (cgroups.isPresent()) {
            try {
                cgroups.get().removeParent();
            } catch (IOException busy) {
                // an empty group is no reason to leave the rest behind
                LOG.log(
                        Level.WARNING,
                        "control group stays group=" + cgroups.get().parent() + " reason=" + busy);
            }
        }
    }
}
