package dev.steppe.client.network;

import dev.steppe.io.linux.NamespaceThread;
import dev.steppe.io.process.Tool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks whether this machine can give allocations networks of their own. Changes nothing unless asked to fix. */
public final class NetworkChecks {
    private static final String FORWARDING = "ipv4/ip_forward";

    private NetworkChecks() {}

    /** One thing that was looked at: what it is about, whether it is in order, what was seen, what to do about it. */
    public record Finding(String subject, boolean inOrder, String seen, String remedy) {}

    /** All findings, in an order that helps reading. Blocking. */
    public static List<Finding> check(NetworkSettings settings) throws IOException, InterruptedException {
        try (var thread = new NamespaceThread()) {
            var commands = new MachineCommands(thread, settings.machineNamespace());
            var findings = new ArrayList<Finding>();
            findings.add(tools());
            findings.add(firewall());
            if (Tool.find("ip").isPresent()) {
                findings.add(addresses(commands, settings));
            }
            findings.add(forwarding(commands));
            findings.add(bridgeFiltering(commands));
            findings.add(foreignPolicies(commands, settings));
            return findings;
        }
    }

    /** Sets what can be set without asking: forwarding now (a file in /etc/sysctl.d makes it last). */
    public static void fix(NetworkSettings settings) throws IOException, InterruptedException {
        try (var thread = new NamespaceThread()) {
            new MachineCommands(thread, settings.machineNamespace()).setting(FORWARDING, "1");
        }
    }

    private static Finding tools() {
        var missing = new ArrayList<String>();
        for (String[] tool : new String[][] {{"ip", "iproute2"}, {"setpriv", "util-linux"}}) {
            if (Tool.find(tool[0]).isEmpty()) {
                missing.add(tool[0] + " (package " + tool[1] + ")");
            }
        }
        return new Finding(
                "tools",
                missing.isEmpty(),
                missing.isEmpty() ? "ip and setpriv are installed" : "missing: " + String.join(", ", missing),
                missing.isEmpty() ? "" : "install the packages");
    }

    private static Finding firewall() {
        var found = Tool.find("nft").or(() -> Tool.find("iptables"));
        return new Finding(
                "port publishing",
                found.isPresent(),
                found.map(path -> "through " + path).orElse("neither nft nor iptables is installed"),
                found.isPresent() ? "" : "install nftables, or use network mode host for jobs with ports");
    }

    private static Finding addresses(MachineCommands commands, NetworkSettings settings)
            throws IOException, InterruptedException {
        var clash = clash(commands, settings);
        return new Finding(
                "addresses",
                clash.isEmpty(),
                clash.orElse("no other network uses " + settings.subnet()),
                clash.isEmpty() ? "" : "choose another bridge_network_subnet in the client block");
    }

    private static Finding forwarding(MachineCommands commands) throws IOException, InterruptedException {
        boolean on = commands.setting(FORWARDING).equals(Optional.of("1"));
        return new Finding(
                "forwarding",
                on,
                "net.ipv4.ip_forward is " + (on ? "on" : "off; the agent turns it on when it starts"),
                on ? "" : "to keep it: echo net.ipv4.ip_forward=1 > /etc/sysctl.d/60-steppe.conf");
    }

    private static Finding bridgeFiltering(MachineCommands commands) throws IOException, InterruptedException {
        var value = commands.setting("bridge/bridge-nf-call-iptables");
        return new Finding(
                "bridge filtering",
                true,
                value.map(set -> "net.bridge.bridge-nf-call-iptables is " + set
                                + (set.equals("1")
                                        ? "; iptables rules of this machine apply between allocations too"
                                        : ""))
                        .orElse("the kernel does not filter bridged packets"),
                "");
    }

    private static Finding foreignPolicies(MachineCommands commands, NetworkSettings settings)
            throws IOException, InterruptedException {
        var dropping = new ArrayList<String>();
        if (Tool.find("iptables").isPresent()) {
            var listing = commands.run(List.of("iptables", "--wait", "-S"), "").output();
            if (listing.contains("-P FORWARD DROP") && !listing.contains("steppe-" + settings.bridge())) {
                dropping.add("iptables FORWARD (the agent adds exceptions when it starts)");
            }
        }
        if (Tool.find("nft").isPresent()) {
            dropping.addAll(droppingChains(
                    commands.run(List.of("nft", "list", "ruleset"), "").output()));
        }
        return new Finding(
                "foreign firewalls",
                dropping.isEmpty(),
                dropping.isEmpty()
                        ? "none drops forwarded packets by policy"
                        : "forwarded packets are dropped by policy in " + String.join(", ", dropping),
                dropping.isEmpty()
                        ? ""
                        : "allow packets from and to interface " + settings.bridge() + " there (firewalld: firewall-cmd"
                                + " --zone=trusted --add-interface=" + settings.bridge() + ")");
    }

    /** Base chains on the forward hook with policy drop, except those iptables keeps (handled on their own). */
    static List<String> droppingChains(String ruleset) {
        var found = new ArrayList<String>();
        var table = "";
        var chain = "";
        for (String line : ruleset.split("\n", -1)) {
            var text = line.trim();
            if (text.startsWith("table ")) {
                table = text.replace(" {", "").substring("table ".length());
            } else if (text.startsWith("chain ")) {
                chain = text.replace(" {", "").substring("chain ".length());
            } else if (text.contains("hook forward") && text.contains("policy drop") && !table.equals("ip filter")) {
                found.add("nftables table " + table + ", chain " + chain);
            }
        }
        return found;
    }

    static void refuseClash(MachineCommands commands, NetworkSettings settings)
            throws IOException, InterruptedException {
        var clash = clash(commands, settings);
        if (clash.isPresent()) {
            throw new IOException(clash.get() + ": choose another bridge_network_subnet in the client block");
        }
    }

    private static Optional<String> clash(MachineCommands commands, NetworkSettings settings)
            throws IOException, InterruptedException {
        var routes = commands.require(List.of("ip", "-4", "-o", "route", "show"), "");
        for (String line : routes.split("\n", -1)) {
            var destination = line.trim().split(" ", 2)[0];
            boolean isOurs = (line + " ").contains(" dev " + settings.bridge() + " ");
            if (!isOurs
                    && destination.matches("[0-9.]+(/[0-9]+)?")
                    && Subnet.parse(destination).overlaps(settings.subnet())) {
                return Optional.of("the bridge subnet " + settings.subnet() + " overlaps with the machine's route \""
                        + line.trim() + "\"");
            }
        }
        return Optional.empty();
    }

    /** Names in the output of {@code ip -o link}: {@code 7: name@if6: <...>}. */
    static List<String> interfaceNames(String listing) {
        var names = new ArrayList<String>();
        for (String line : listing.split("\n", -1)) {
            var fields = line.split(": ", 3);
            if (fields.length == 3) {
                names.add(fields[1].split("@", 2)[0]);
            }
        }
        return names;
    }
}
