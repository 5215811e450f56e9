package dev.steppe.client.network;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One nftables table of ours, named after the bridge and always replaced as a whole. */
final class NftablesFirewall implements Firewall {
    private final MachineCommands commands;
    private final NetworkSettings settings;
    private String listing = "";

    NftablesFirewall(MachineCommands commands, NetworkSettings settings) {
        this.commands = commands;
        this.settings = settings;
    }

    @Override
    public String name() {
        return "nftables";
    }

    @Override
    public void apply(List<PublishedPort> ports) throws IOException, InterruptedException {
        commands.require(List.of("nft", "-f", "-"), ruleset(ports));
        listing = list();
    }

    @Override
    public boolean isIntact() throws IOException, InterruptedException {
        return !listing.isEmpty() && listing.equals(list());
    }

    @Override
    public void remove() throws IOException, InterruptedException {
        listing = "";
        // Declared first, so that deleting what is not there is no failure.
        commands.require(List.of("nft", "-f", "-"), forget());
    }

    private String list() throws IOException, InterruptedException {
        return commands.run(List.of("nft", "-n", "-s", "list", "table", "ip", settings.bridge()), "")
                .output();
    }

    private String forget() {
        return "table ip " + settings.bridge() + "\ndelete table ip " + settings.bridge() + "\n";
    }

    String ruleset(List<PublishedPort> ports) {
        var bridge = "\"" + settings.bridge() + "\"";
        var rules = new ArrayList<String>();
        rules.add("table ip " + settings.bridge() + " {");
        // The bridge routes loopback addresses (published ports on localhost need it); nobody may use that from inside.
        rules.add("chain guard { type filter hook prerouting priority raw; policy accept;");
        rules.add("iifname " + bridge + " ip daddr 127.0.0.0/8 counter drop");
        rules.add("iifname " + bridge + " ip saddr 127.0.0.0/8 counter drop");
        rules.add("}");
        rules.add("chain published {");
        rules.addAll(translations(ports, "tcp"));
        rules.addAll(translations(ports, "udp"));
        rules.add("}");
        rules.add("chain from_outside { type nat hook prerouting priority dstnat; policy accept; jump published");
        rules.add("}");
        rules.add("chain from_machine { type nat hook output priority -100; policy accept; jump published");
        rules.add("}");
        rules.add("chain source { type nat hook postrouting priority srcnat; policy accept;");
        rules.add("oifname " + bridge + " ip saddr 127.0.0.0/8 masquerade");
        // From one allocation to a published port of another (or of itself): answers must come back through here.
        rules.add("oifname " + bridge + " ip saddr " + settings.subnet() + " ct status dnat masquerade");
        rules.add("oifname != " + bridge + " ip saddr " + settings.subnet() + " masquerade");
        rules.add("}");
        rules.add("chain forward { type filter hook forward priority filter; policy accept;");
        rules.add("iifname " + bridge + " accept");
        rules.add("oifname " + bridge + " ct state established,related accept");
        rules.add("oifname " + bridge + " ct status dnat accept");
        rules.add("oifname " + bridge + " drop");
        rules.add("}");
        rules.add("}");
        return forget() + String.join("\n", rules) + "\n";
    }

    private static List<String> translations(List<PublishedPort> ports, String protocol) {
        var exact = new ArrayList<String>();
        var anywhere = new ArrayList<String>();
        for (PublishedPort port : ports) {
            var target = " : " + port.address() + " . " + port.port();
            if (port.onEveryAddress()) {
                anywhere.add(port.hostPort() + target);
            } else {
                exact.add(port.hostAddress() + " . " + port.hostPort() + target);
                if (!port.hostAddress().startsWith("127.")) {
                    exact.add("127.0.0.1 . " + port.hostPort() + target);
                }
            }
        }
        var rules = new ArrayList<String>();
        if (!exact.isEmpty()) {
            rules.add("dnat ip to ip daddr . " + protocol + " dport map { " + distinct(exact) + " }");
        }
        if (!anywhere.isEmpty()) {
            rules.add("fib daddr type local dnat ip to " + protocol + " dport map { " + distinct(anywhere) + " }");
        }
        return rules;
    }

    private static String distinct(List<String> elements) {
        return String.join(", ", elements.stream().distinct().sorted().toList());
    }
}
