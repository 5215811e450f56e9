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
    private final String bridge;
    private final AddressFamily family;
    private Optional<String> listing = Optional.empty();
    private boolean applied;

    NftablesFirewall(MachineCommands commands, String bridge, AddressFamily family) {
        this.commands = commands;
        this.bridge = bridge;
        this.family = family;
    }

    @Override
    public String name() {
        return "nftables";
    }

    @Override
    public void apply(List<PublishedPort> ports) throws IOException, InterruptedException {
        commands.requireWhole(List.of("nft", "-f", "-"), ruleset(family.of(ports)));
        listing = Optional.empty();
        applied = true;
    }

    /** Adding elements is cheap; replacing rules or hooks makes the kernel wait for all processors. */
    @Override
    public void publish(List<PublishedPort> added, List<PublishedPort> all) throws IOException, InterruptedException {
        change("add", translations(family.of(added)), all);
    }

    @Override
    public void withdraw(List<PublishedPort> removed, List<PublishedPort> left)
            throws IOException, InterruptedException {
        var known = translations(family.of(removed));
        boolean shared = !Collections.disjoint(
                known.exact().keySet(), translations(family.of(left)).exact().keySet());
        if (shared) {
            // On loopback the same number leads to one of several networks: it has to lead to another from now on.
            apply(left);
            return;
        }
        var gone = new Translations(new TreeMap<>(), new TreeMap<>());
        known.exact().keySet().forEach(key -> gone.exact().put(key, ""));
        known.anywhere().keySet().forEach(key -> gone.anywhere().put(key, ""));
        change("delete", gone, left);
    }

    private void change(String action, Translations translations, List<PublishedPort> all)
            throws IOException, InterruptedException {
        var lines = new ArrayList<String>();
        translations.maps().forEach((map, elements) -> {
            if (!elements.isEmpty()) {
                lines.add(action + " element " + family.word() + " " + bridge + " " + map + " { " + elements(elements)
                        + " }");
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
        commands.requireWhole(List.of("nft", "-f", "-"), forget());
    }

    /** The words of the table in order of the alphabet, because the kernel lists elements in any. */
    private String list() throws IOException, InterruptedException {
        var text = commands.run(List.of("nft", "-n", "-s", "list", "table", family.word(), bridge), "")
                .output();
        return String.join(
                        " ", Arrays.stream(text.split("[\\s,]+", -1)).sorted().toList())
                .trim();
    }

    private String forget() {
        var table = "table " + family.word() + " " + bridge + "\n";
        return table + "delete " + table;
    }

    String ruleset(List<PublishedPort> ports) {
        var quoted = "\"" + bridge + "\"";
        var ip = family.word();
        var rules = new ArrayList<String>();
        rules.add("table " + ip + " " + bridge + " {");
        if (!family.isVersion6()) {
            // The bridge routes loopback addresses (published ports on localhost need it); nobody may use that from
            // inside. Of IPv6 the kernel drops them by itself.
            rules.add("chain guard { type filter hook prerouting priority raw; policy accept;");
            rules.add("iifname " + quoted + " ip daddr 127.0.0.0/8 counter drop");
            rules.add("iifname " + quoted + " ip saddr 127.0.0.0/8 counter drop");
            rules.add("}");
        }
        var translations = translations(ports);
        map(EXACT, family.addressType() + " . inet_service", translations.exact(), rules);
        map(ANYWHERE, "inet_service", translations.anywhere(), rules);
        // The kernel cannot lead ::1 elsewhere: callers shall be refused there at once and try 127.0.0.1.
        var local = (family.isVersion6() ? "ip6 daddr != ::1 " : "") + "fib daddr type local ";
        rules.add("chain published {");
        for (String protocol : List.of("tcp", "udp")) {
            rules.add("dnat " + ip + " to " + ip + " daddr . " + protocol + " dport map @" + EXACT);
            rules.add(local + "dnat " + ip + " to " + protocol + " dport map @" + ANYWHERE);
        }
        rules.add("}");
        rules.add("chain from_outside { type nat hook prerouting priority dstnat; policy accept; jump published");
        rules.add("}");
        rules.add("chain from_machine { type nat hook output priority -100; policy accept; jump published");
        rules.add("}");
        rules.add("chain source { type nat hook postrouting priority srcnat; policy accept;");
        if (!family.isVersion6()) {
            rules.add("oifname " + quoted + " ip saddr 127.0.0.0/8 masquerade");
        }
        // From one allocation to a published port of another (or of itself): answers must come back through here.
        rules.add("oifname " + quoted + " " + ip + " saddr " + family.subnet() + " ct status dnat masquerade");
        rules.add("oifname != " + quoted + " " + ip + " saddr " + family.subnet() + " masquerade");
        rules.add("}");
        rules.add("chain forward { type filter hook forward priority filter; policy accept;");
        rules.add("iifname " + quoted + " accept");
        rules.add("oifname " + quoted + " ct state established,related accept");
        rules.add("oifname " + quoted + " ct status dnat accept");
        rules.add("oifname " + quoted + " drop");
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
                if (!port.isVersion6() && !port.hostAddress().startsWith("127.")) {
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

    private void map(String name, String type, SortedMap<String, String> elements, List<String> rules) {
        rules.add("map " + name + " { type " + type + " : " + family.addressType() + " . inet_service;");
        if (!elements.isEmpty()) {
            rules.add("elements = { " + elements(elements) + " }");
        }
        rules.add("}");
    }
}
