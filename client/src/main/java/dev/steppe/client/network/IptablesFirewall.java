package dev.steppe.client.network;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Chains of ours in iptables, for machines without nftables. Refilled as a whole; the jumps to them are kept. */
final class IptablesFirewall implements Firewall {
    private static final String COMMENT = " -m comment --comment steppe";

    private final MachineCommands commands;
    private final String bridge;
    private final AddressFamily family;
    private String listing = "";

    IptablesFirewall(MachineCommands commands, String bridge, AddressFamily family) {
        this.commands = commands;
        this.bridge = bridge;
        this.family = family;
    }

    @Override
    public String name() {
        return "iptables";
    }

    @Override
    public void apply(List<PublishedPort> ports) throws IOException, InterruptedException {
        commands.require(List.of(family.iptables() + "-restore", "--noflush", "--wait"), ruleset(family.of(ports)));
        for (Jump jump : jumps()) {
            if (commands.run(command(jump, "-C"), "").status() != 0) {
                commands.require(command(jump, "-I"), "");
            }
        }
        listing = list();
    }

    @Override
    public void publish(List<PublishedPort> added, List<PublishedPort> all) throws IOException, InterruptedException {
        apply(all);
    }

    @Override
    public void withdraw(List<PublishedPort> removed, List<PublishedPort> left)
            throws IOException, InterruptedException {
        apply(left);
    }

    @Override
    public boolean isIntact() throws IOException, InterruptedException {
        return !listing.isEmpty() && listing.equals(list());
    }

    @Override
    public void remove() throws IOException, InterruptedException {
        listing = "";
        for (Jump jump : jumps()) {
            while (commands.run(command(jump, "-D"), "").status() == 0) {
                // Repeated: an earlier agent may have added it twice.
                continue;
            }
        }
        for (Jump jump : jumps()) {
            commands.run(List.of(family.iptables(), "--wait", "-t", jump.table(), "-F", jump.chain()), "");
            commands.run(List.of(family.iptables(), "--wait", "-t", jump.table(), "-X", jump.chain()), "");
        }
    }

    /** A rule in a chain of the machine that leads to one of ours. */
    private record Jump(String table, String from, String chain) {}

    private List<String> command(Jump jump, String action) {
        return List.of(family.iptables(), "--wait", "-t", jump.table(), action, jump.from(), "-j", jump.chain());
    }

    private String chain(String role) {
        return bridge.toUpperCase(java.util.Locale.ROOT) + "-" + role;
    }

    private List<Jump> jumps() {
        return List.of(
                new Jump("raw", "PREROUTING", chain("GUARD")),
                new Jump("nat", "PREROUTING", chain("PUB")),
                new Jump("nat", "OUTPUT", chain("PUB")),
                new Jump("nat", "POSTROUTING", chain("SRC")),
                new Jump("filter", "FORWARD", chain("FWD")));
    }

    private String list() throws IOException, InterruptedException {
        var lines = new ArrayList<String>();
        for (String table : List.of("raw", "nat", "filter")) {
            for (String line : commands.run(List.of(family.iptables(), "--wait", "-t", table, "-S"), "")
                    .output()
                    .split("\n", -1)) {
                if (line.contains(chain(""))) {
                    lines.add(line);
                }
            }
        }
        return String.join("\n", lines);
    }

    private String ruleset(List<PublishedPort> ports) {
        var lines = new ArrayList<String>();
        lines.add("*raw");
        lines.add(":" + chain("GUARD") + " - [0:0]");
        if (!family.isVersion6()) {
            lines.add("-A " + chain("GUARD") + " -i " + bridge + " -d 127.0.0.0/8" + COMMENT + " -j DROP");
            lines.add("-A " + chain("GUARD") + " -i " + bridge + " -s 127.0.0.0/8" + COMMENT + " -j DROP");
        }
        lines.add("COMMIT");
        lines.add("*nat");
        lines.add(":" + chain("PUB") + " - [0:0]");
        lines.add(":" + chain("SRC") + " - [0:0]");
        for (PublishedPort port : ports) {
            for (String protocol : List.of("tcp", "udp")) {
                lines.addAll(translation(port, protocol));
            }
        }
        if (!family.isVersion6()) {
            lines.add("-A " + chain("SRC") + " -o " + bridge + " -s 127.0.0.0/8" + COMMENT + " -j MASQUERADE");
        }
        lines.add("-A " + chain("SRC") + " -o " + bridge + " -s " + family.subnet() + " -m conntrack --ctstate DNAT"
                + COMMENT + " -j MASQUERADE");
        lines.add("-A " + chain("SRC") + " ! -o " + bridge + " -s " + family.subnet() + COMMENT + " -j MASQUERADE");
        lines.add("COMMIT");
        lines.add("*filter");
        lines.add(":" + chain("FWD") + " - [0:0]");
        lines.add("-A " + chain("FWD") + " -i " + bridge + COMMENT + " -j ACCEPT");
        lines.add("-A " + chain("FWD") + " -o " + bridge + " -m conntrack --ctstate ESTABLISHED,RELATED,DNAT" + COMMENT
                + " -j ACCEPT");
        lines.add("-A " + chain("FWD") + " -o " + bridge + COMMENT + " -j DROP");
        lines.add("COMMIT");
        return String.join("\n", lines) + "\n";
    }

    private List<String> translation(PublishedPort port, String protocol) {
        var destinations = new ArrayList<String>();
        if (port.onEveryAddress()) {
            destinations.add((family.isVersion6() ? "! -d ::1 " : "") + "-m addrtype --dst-type LOCAL");
        } else {
            destinations.add("-d " + port.hostAddress());
            if (!family.isVersion6() && !port.hostAddress().startsWith("127.")) {
                destinations.add("-d 127.0.0.1");
            }
        }
        var target = (family.isVersion6() ? "[" + port.address() + "]" : port.address()) + ":" + port.port();
        return destinations.stream()
                .map(destination -> "-A " + chain("PUB") + " " + destination + " -p " + protocol + " --dport "
                        + port.hostPort() + COMMENT + " -j DNAT --to-destination " + target)
                .toList();
    }
}
