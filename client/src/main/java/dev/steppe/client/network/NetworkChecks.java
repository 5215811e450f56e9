package dev.steppe.client.network;

import dev.steppe.io.linux.NamespaceThread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What stands in the way of networks for allocations, read from what {@code ip} and {@code nft} print. Functions without
 * state; only {@link #addExceptions} changes the machine.
 */
public final class NetworkChecks {
    private NetworkChecks() {}

    /**
     * Whether this process has an interface of that name. What is below /sys may be of another network namespace, that of
     * whoever mounted it.
     */
    public static boolean isThere(String interfaceName) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/net/dev")).stream()
                .anyMatch(line -> line.strip().startsWith(interfaceName + ":"));
    }

    /** A base chain of nftables that drops or rejects what none of its rules takes. */
    public record DroppingChain(String family, String table, String chain, String hook) {
        @Override
        public String toString() {
            return "nftables table " + family + " " + table + ", chain " + chain + " (hook " + hook + ")";
        }
    }

    /**
     * Base chains on the hooks forward and input that drop by policy or by a last rule without condition. A table that
     * speaks of the bridge is taken as one that lets it through, IPv6 is not looked at.
     */
    public static List<DroppingChain> droppingChains(String ruleset, String bridge) {
        var found = new ArrayList<DroppingChain>();
        var ofTable = new ArrayList<DroppingChain>();
        var chain = new Chain("", "", "");
        boolean speaksOfBridge = false;
        for (String line : ruleset.split("\n", -1)) {
            var text = line.trim();
            if (text.startsWith("table ")) {
                found.addAll(speaksOfBridge ? List.of() : ofTable);
                ofTable.clear();
                speaksOfBridge = false;
                var words = text.split(" ", -1);
                chain = new Chain(words[1], words[2], "");
            } else if (text.startsWith("chain ")) {
                chain = new Chain(chain.family, chain.table, text.split(" ", -1)[1]);
            } else if (text.equals("}")) {
                chain.dropping().ifPresent(ofTable::add);
                chain = new Chain(chain.family, chain.table, "");
            } else {
                speaksOfBridge |= text.contains("\"" + bridge + "\"");
                chain.line(text);
            }
        }
        found.addAll(speaksOfBridge ? List.of() : ofTable);
        return found;
    }

    /** One chain while its lines are read. */
    private static final class Chain {
        private final String family;
        private final String table;
        private final String name;
        private String hook = "";
        private String lastRule = "";
        private boolean dropsByPolicy;

        Chain(String family, String table, String name) {
            this.family = family;
            this.table = table;
            this.name = name;
        }

        void line(String text) {
            if (text.startsWith("type ") && text.contains(" hook ")) {
                hook = text.replaceFirst(".* hook ([a-z]+).*", "$1");
                dropsByPolicy = text.contains("policy drop");
            } else if (!text.isEmpty()) {
                lastRule = text.replaceFirst("^counter( packets \\d+ bytes \\d+)? ", "");
            }
        }

        Optional<DroppingChain> dropping() {
            boolean looked = hook.equals("forward") || hook.equals("input");
            boolean drops = dropsByPolicy || lastRule.equals("drop") || lastRule.startsWith("reject");
            return looked && drops && !family.equals("ip6")
                    ? Optional.of(new DroppingChain(family, table, name, hook))
                    : Optional.empty();
        }
    }

    /** True when a chain in the output of {@code iptables -S} drops or rejects what no rule before takes. */
    public static boolean dropsByDefault(String listing, String chain) {
        for (String line : listing.split("\n", -1)) {
            if (line.equals("-P " + chain + " DROP") || line.matches("-A " + chain + " -j (DROP|REJECT)( .*)?")) {
                return true;
            }
        }
        return false;
    }

    /**
     * Puts the exceptions that packets of the bridge need into the iptables filter of others, where it leaves room for
     * them; answers how many were missing. The agent does the same when it starts. Blocking, needs root.
     */
    public static int addExceptions(NetworkSettings settings) throws IOException, InterruptedException {
        try (var thread = new NamespaceThread()) {
            var commands = new MachineCommands(thread, settings.machineNamespace());
            return new ForeignFirewalls(commands, settings).except();
        }
    }

    /** The route in the output of {@code ip -4 -o route show} that shares addresses with the bridge's subnet. */
    public static Optional<String> clash(String routes, NetworkSettings settings) {
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

    /** The same for IPv6, in the output of {@code ip -6 -o route show}. */
    public static Optional<String> clash6(String routes, NetworkSettings settings) {
        if (settings.version6().isEmpty()) {
            return Optional.empty();
        }
        var subnet = settings.version6().get().subnet();
        for (String line : routes.split("\n", -1)) {
            var destination = line.trim().split(" ", 2)[0];
            boolean isOurs = (line + " ").contains(" dev " + settings.bridge() + " ");
            if (!isOurs
                    && destination.matches("[0-9a-f]*:[0-9a-f:.]*(/[0-9]+)?")
                    && Subnet6.parse(destination).overlaps(subnet)) {
                return Optional.of(
                        "the bridge subnet " + subnet + " overlaps with the machine's route \"" + line.trim() + "\"");
            }
        }
        return Optional.empty();
    }

    static void refuseClash(MachineCommands commands, NetworkSettings settings)
            throws IOException, InterruptedException {
        var clash = clash(commands.require(List.of("ip", "-4", "-o", "route", "show"), ""), settings);
        if (clash.isPresent()) {
            throw new IOException(clash.get() + ": choose another bridge_network_subnet in the client block");
        }
        if (settings.version6().isPresent()) {
            var clash6 = clash6(commands.require(List.of("ip", "-6", "-o", "route", "show"), ""), settings);
            if (clash6.isPresent()) {
                throw new IOException(clash6.get() + ": choose another bridge_network_subnet_ipv6 in the client block");
            }
        }
    }

    /** Names in the output of {@code ip -o link}: {@code 7: name@if6: <...>}. */
    public static List<String> interfaceNames(String listing) {
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
