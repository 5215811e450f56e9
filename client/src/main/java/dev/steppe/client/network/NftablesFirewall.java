package dev.steppe.client.network;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** One nftables table of ours, named after the bridge; replaced as a whole, or the published ports in it. */
final class NftablesFirewall implements Firewall {
    private static final String EXACT = "exact";
    private static final String ANYWHERE = "anywhere";

    private final MachineCommands commands;
    private final NetworkSettings settings;
    private Optional<String> listing = Optional.empty();
    private boolean applied;

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
        listing = Optional.empty();
        applied = true;
    }

    /** Adding elements is cheap; replacing rules or hooks makes the kernel wait for all processors. */
    @Override
    public void publish(List<PublishedPort> added, List<PublishedPort> all) throws IOException, InterruptedException {
        change("add", translations(added), all);
    }

    @Override
    public void withdraw(List<PublishedPort> removed, List<PublishedPort> left)
            throws IOException, InterruptedException {
        boolean shared = !Collections.disjoint(
                translations(removed).exact().keySet(),
                translations(left).exact().keySet());
        if (shared) {
            // On loopback the same number leads to one of several networks: it has to lead to another from now on.
            apply(left);
            return;
        }
        var gone = new Translations(new TreeMap<>(), new TreeMap<>());
        translations(removed).exact().keySet().forEach(key -> gone.exact().put(key, ""));
        translations(removed).anywhere().keySet().forEach(key -> gone.anywhere().put(key, ""));
        change("delete", gone, left);
    }

    private void change(String action, Translations translations, List<PublishedPort> all)
            throws IOException, InterruptedException {
        var lines = new ArrayList<String>();
        translations.maps().forEach((map, elements) -> {
            if (!elements.isEmpty()) {
                lines.add(action + " element ip " + settings.bridge() + " " + map + " { " + elements(elements) + " }");
            }
        });
        if (lines.isEmpty()) {
            return;
        }
        var result = commands.run(List.of("nft", "-f", "-"), String.join("\n", lines) + "\n");
        if (result.status() == 0) {
            listing = Optional.empty();
        } else {
            // Somebody flushed the table, or a successor uses the port already: all of it is said again.
            apply(all);
        }
    }

    @Override
    public boolean isIntact() throws IOException, InterruptedException {
        if (!applied) {
            return false;
        }
        var now = list();
        if (listing.isEmpty()) {
            // The first look after a change; listing at each change would double its cost.
            listing = Optional.of(now);
            return !now.isEmpty();
        }
        return listing.get().equals(now);
    }

    @Override
    public void remove() throws IOException, InterruptedException {
        applied = false;
        // Declared first, so that deleting what is not there is no failure.
        commands.require(List.of("nft", "-f", "-"), forget());
    }

    /** The words of the table in order of the alphabet, because the kernel lists elements in any. */
    private String list() throws IOException, InterruptedException {
        var text = commands.run(List.of("nft", "-n", "-s", "list", "table", "ip", settings.bridge()), "")
                .output();
        return String.join(
                        " ", Arrays.stream(text.split("[\\s,]+", -1)).sorted().toList())
                .trim();
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
        var translations = translations(ports);
        map(EXACT, "ipv4_addr . inet_service", translations.exact(), rules);
        map(ANYWHERE, "inet_service", translations.anywhere(), rules);
        rules.add("chain published {");
        for (String protocol : List.of("tcp", "udp")) {
            rules.add("dnat ip to ip daddr . " + protocol + " dport map @" + EXACT);
            rules.add("fib daddr type local dnat ip to " + protocol + " dport map @" + ANYWHERE);
        }
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

    /** Destinations by what they are published as: address and port, or port on every address. A later one wins. */
    private record Translations(SortedMap<String, String> exact, SortedMap<String, String> anywhere) {
        SortedMap<String, SortedMap<String, String>> maps() {
            return new TreeMap<>(Map.of(EXACT, exact, ANYWHERE, anywhere));
        }
    }

    private static Translations translations(List<PublishedPort> ports) {
        var translations = new Translations(new TreeMap<>(), new TreeMap<>());
        for (PublishedPort port : ports) {
            var target = " : " + port.address() + " . " + port.port();
            if (port.onEveryAddress()) {
                translations.anywhere().put(Integer.toString(port.hostPort()), target);
            } else {
                translations.exact().put(port.hostAddress() + " . " + port.hostPort(), target);
                if (!port.hostAddress().startsWith("127.")) {
                    translations.exact().put("127.0.0.1 . " + port.hostPort(), target);
                }
            }
        }
        return translations;
    }

    private static String elements(SortedMap<String, String> elements) {
        return String.join(
                ", ",
                elements.entrySet().stream()
                        .map(entry -> entry.getKey() + entry.getValue())
                        .toList());
    }

    private static void map(String name, String type, SortedMap<String, String> elements, List<String> rules) {
        rules.add("map " + name + " { type " + type + " : ipv4_addr . inet_service;");
        if (!elements.isEmpty()) {
            rules.add("elements = { " + elements(elements) + " }");
        }
        rules.add("}");
    }
}
