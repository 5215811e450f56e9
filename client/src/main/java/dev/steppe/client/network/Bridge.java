package dev.steppe.client.network;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The bridge of the machine and the cables between it and the namespaces of allocations. Blocking; one caller at a time. */
final class Bridge {
    private static final System.Logger LOG = System.getLogger(Bridge.class.getName());
    private static final String ON = "1";
    private static final String OFF = "0";

    private final MachineCommands commands;
    private final NetworkSettings settings;

    Bridge(MachineCommands commands, NetworkSettings settings) {
        this.commands = commands;
        this.settings = settings;
    }

    /** The settings, without IPv6 where the kernel has none or the machine's administrator switched it off. */
    static NetworkSettings possible(MachineCommands commands, NetworkSettings wanted)
            throws IOException, InterruptedException {
        if (wanted.version6().isEmpty()) {
            return wanted;
        }
        var disabled = commands.setting("ipv6/conf/all/disable_ipv6");
        if (disabled.equals(Optional.of(OFF))) {
            return wanted;
        }
        LOG.log(
                Level.WARNING,
                "allocations get no IPv6 addresses although bridge_network_subnet_ipv6 is set: "
                        + (disabled.isEmpty()
                                ? "the kernel has no IPv6"
                                : "IPv6 is switched off (sysctl net.ipv6.conf.all.disable_ipv6)"));
        return wanted.with(Optional.empty());
    }

    /** Makes it, with its addresses, and lets the machine pass packets on; true when it was there before. */
    boolean prepare() throws IOException, InterruptedException {
        NetworkChecks.refuseClash(commands, settings);
        boolean existed = commands.run(List.of("ip", "-o", "link", "show", "dev", settings.bridge()), "")
                        .status()
                == 0;
        if (!existed) {
            try {
                commands.ip(List.of("link add " + settings.bridge() + " type bridge forward_delay 0 stp_state 0"));
            } catch (IOException refused) {
                throw new BridgingImpossibleException("the bridge cannot be made: " + refused.getMessage(), refused);
            }
        }
        if (settings.version6().isPresent()) {
            commands.setting("ipv6/conf/" + settings.bridge() + "/disable_ipv6", OFF);
            // Nobody else has the bridge's own addresses; looking would make the first callers wait for a second.
            commands.setting("ipv6/conf/" + settings.bridge() + "/accept_dad", OFF);
        }
        commands.ip(List.of(
                "addr replace " + settings.gateway() + "/" + settings.subnet().prefixLength() + " dev "
                        + settings.bridge(),
                "link set " + settings.bridge() + " up"));
        commands.setting("ipv4/ip_forward", ON);
        commands.setting("ipv4/conf/" + settings.bridge() + "/route_localnet", ON);
        if (settings.version6().isPresent()) {
            prepareVersion6(settings.version6().get());
        }
        return existed;
    }

    private void prepareVersion6(NetworkSettings.Version6 version6) throws IOException, InterruptedException {
        commands.ip(List.of("addr replace " + version6.gateway() + "/"
                + version6.subnet().prefixLength() + " dev " + settings.bridge() + " nodad"));
        if (!commands.setting("ipv6/conf/all/forwarding").equals(Optional.of(ON))) {
            keepLearnedRoutes();
            commands.setting("ipv6/conf/all/forwarding", ON);
        }
    }

    /** A machine that passes packets on hears no router any more, and loses its default route, unless told so (2). */
    private void keepLearnedRoutes() throws IOException, InterruptedException {
        var listing = commands.run(List.of("ip", "-o", "link", "show"), "").output();
        for (String name : NetworkChecks.interfaceNames(listing)) {
            var setting = "ipv6/conf/" + name + "/accept_ra";
            if (!name.equals(settings.bridge()) && commands.setting(setting).equals(Optional.of(ON))) {
                commands.settingIfThere(setting, "2");
            }
        }
    }

    /** Connects the allocation's namespace. */
    void plug(AllocationNetwork network) throws IOException, InterruptedException {
        var cable = network.hostInterface();
        var inside = network.interfaceName();
        commands.ip(List.of(
                "link add " + cable + " type veth peer name " + inside + " netns " + network.namespace(),
                "link set " + cable + " master " + settings.bridge(),
                // An allocation may reach its own published port, which leaves where it came from.
                "link set " + cable + " type bridge_slave hairpin on",
                "link set " + cable + " up"));
        var lines = new ArrayList<String>();
        lines.add("link set lo up");
        lines.add("addr add " + network.address() + "/" + settings.subnet().prefixLength() + " dev " + inside);
        if (settings.version6().isPresent() && network.address6().isPresent()) {
            // Routers are not listened to: any allocation on the bridge could pretend to be one.
            commands.settingInside(network.namespace(), "ipv6/conf/" + inside + "/disable_ipv6", OFF);
            commands.settingInside(network.namespace(), "ipv6/conf/" + inside + "/accept_ra", OFF);
            commands.settingInside(network.namespace(), "ipv6/conf/" + inside + "/accept_dad", OFF);
            var version6 = settings.version6().get();
            lines.add("addr add " + network.address6().get() + "/"
                    + version6.subnet().prefixLength() + " dev " + inside + " nodad");
            lines.add("link set " + inside + " up");
            lines.add("route add ::/0 via " + version6.gateway());
        } else {
            lines.add("link set " + inside + " up");
        }
        lines.add("route add default via " + settings.gateway());
        commands.ipInside(network.namespace(), lines);
        // Tasks are unprivileged, and all ports of the namespace are their own.
        commands.settingInside(network.namespace(), "ipv4/ip_unprivileged_port_start", OFF);
    }

    /** The machine's ends of all cables. */
    List<String> cables() throws IOException, InterruptedException {
        var listing = commands.run(List.of("ip", "-o", "link", "show", "master", settings.bridge()), "")
                .output();
        return NetworkChecks.interfaceNames(listing);
    }

    void unplug(String cable) throws IOException, InterruptedException {
        delete(cable);
    }

    /** Removes the bridge itself. Idempotent. */
    void remove() throws IOException, InterruptedException {
        delete(settings.bridge());
    }

    /**
     * The kernel removes a cable by itself some time after the last process left its namespace: then the interface is
     * gone either before ip looks it up, or between that and the request.
     */
    private void delete(String name) throws IOException, InterruptedException {
        var result = commands.run(List.of("ip", "link", "delete", name), "");
        if (result.status() != 0
                && !result.errors().contains("Cannot find device")
                && !result.errors().contains("No such device")) {
            throw new IOException("cannot remove network interface " + name + ": "
                    + result.errors().strip());
        }
    }
}
