package dev.steppe.agent.doctor;

import dev.steppe.client.network.NetworkChecks;
import dev.steppe.client.network.NetworkChecks.DroppingChain;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Filters of others that drop packets of allocations. Their rules are read, and only ever added to. */
final class FirewallChecks {
    private static final String WHY =
            "an accept of ours does not help against a drop of others: published ports, outbound"
                    + " access or names inside allocations fail while everything else looks right";

    private FirewallChecks() {}

    static Finding iptables(Examination examination) throws IOException, InterruptedException {
        var listing = examination.output("iptables", "--wait", "-S");
        var dropping = new ArrayList<String>();
        for (String chain : List.of("FORWARD", "INPUT")) {
            if (NetworkChecks.dropsByDefault(listing, chain)) {
                dropping.add(chain);
            }
        }
        if (dropping.isEmpty()) {
            return Finding.ok("iptables policy", "nothing is dropped by default", WHY);
        }
        var found = String.join(" and ", dropping) + (dropping.size() == 1 ? " drops" : " drop")
                + " what no rule takes (" + owner(listing) + ")";
        if (listing.contains("steppe-" + examination.bridge())) {
            return Finding.ok(
                    "iptables policy", found + "; the exceptions for " + examination.bridge() + " are there", WHY);
        }
        return Finding.warning(
                        "iptables policy",
                        found + "; the agent adds its exceptions when it starts",
                        WHY,
                        "steppe doctor --fix, or start the agent")
                .repairable();
    }

    private static String owner(String listing) {
        if (listing.contains("-N ufw-")) {
            return "ufw";
        }
        return listing.contains("-N DOCKER") ? "Docker" : "owner unknown";
    }

    static List<String> except(Examination examination) throws IOException, InterruptedException {
        int added = examination.machine().addFirewallExceptions(examination.network());
        return added == 0
                ? List.of()
                : List.of("added " + added + " accepting rules for " + examination.bridge() + " to iptables");
    }

    static Finding nftables(Examination examination) throws IOException, InterruptedException {
        var ruleset = examination.output("nft", "list", "ruleset");
        boolean iptables = examination.machine().tool("iptables").isPresent();
        var dropping = NetworkChecks.droppingChains(ruleset, examination.bridge()).stream()
                // iptables keeps its rules there, and they have a check of their own
                .filter(chain -> !(iptables
                        && chain.family().equals("ip")
                        && chain.table().equals("filter")))
                .toList();
        if (dropping.isEmpty()) {
            return Finding.ok("nftables policy", "no foreign table drops what it does not know", WHY);
        }
        var found =
                String.join("; ", dropping.stream().map(DroppingChain::toString).toList())
                        + " drops what no rule takes and does not speak of " + examination.bridge();
        var remedy = String.join(
                " && ",
                dropping.stream()
                        .flatMap(chain -> remedies(chain, examination.bridge()).stream())
                        .distinct()
                        .toList());
        boolean forwarded = dropping.stream().anyMatch(chain -> chain.hook().equals("forward"));
        return forwarded
                ? Finding.problem("nftables policy", found, WHY, remedy)
                : Finding.warning("nftables policy", found, WHY, remedy);
    }

    private static List<String> remedies(DroppingChain chain, String bridge) {
        if (chain.table().equals("firewalld")) {
            return List.of(
                    "firewall-cmd --permanent --zone=trusted --add-interface=" + bridge, "firewall-cmd --reload");
        }
        var insert = "nft insert rule " + chain.family() + " " + chain.table() + " " + chain.chain() + " ";
        return chain.hook().equals("forward")
                ? List.of(insert + "iifname " + bridge + " accept", insert + "oifname " + bridge + " accept")
                : List.of(insert + "iifname " + bridge + " meta l4proto { tcp, udp } th dport 53 accept");
    }
}
