package dev.steppe.agent.doctor;

import dev.steppe.io.process.Tool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What the kernel has to give for networks of allocations: namespaces, bridges, translation, forwarding. */
final class KernelNetworkChecks {
    private static final String FORWARDING = "/proc/sys/net/ipv4/ip_forward";
    private static final String KEPT = "/etc/sysctl.d/60-steppe.conf";
    private static final String BRIDGE_FILTERING = "/proc/sys/net/bridge/bridge-nf-call-iptables";

    /** The kinds of rules that ports and outbound access need. */
    private static final String RULES = """
            table ip steppe_probe {
            chain published { type nat hook prerouting priority dstnat; policy accept;
            fib daddr type local dnat ip to tcp dport map { 8080 : 192.0.2.1 . 80 }
            }
            chain source { type nat hook postrouting priority srcnat; policy accept;
            ip saddr 192.0.2.0/24 ct status dnat masquerade
            }
            chain guard { type filter hook prerouting priority raw; policy accept; ip daddr 127.0.0.0/8 counter drop
            }
            }
            """;

    private KernelNetworkChecks() {}

    /** Tried in a namespace that ends with the command, so nothing of it stays. */
    static Finding namespaces(Examination examination) throws IOException, InterruptedException {
        var why = "an allocation in bridge mode gets a namespace and a cable to the bridge; without them there is host"
                + " networking only";
        if (examination.machine().tool("unshare").isEmpty()
                || examination.machine().tool("ip").isEmpty()) {
            return Finding.problem(
                    "namespaces",
                    "not tried: unshare or ip is missing",
                    why,
                    examination.install("util-linux", "iproute2"));
        }
        var tried = examination
                .machine()
                .run(
                        List.of("unshare", "--net", "ip", "-batch", "-"),
                        "link add bridge0 type bridge\nlink add cable0 type veth peer name cable1\n");
        return tried.status() == 0
                ? Finding.ok("namespaces", "network namespaces, bridges and veth pairs can be made", why)
                : Finding.problem(
                        "namespaces",
                        "the kernel refuses: " + oneLine(tried.errors() + tried.output()),
                        why,
                        remedy(tried, "modprobe -a bridge veth"));
    }

    static Finding packetFilter(Examination examination) throws IOException, InterruptedException {
        var why = "it publishes ports of allocations and lets them reach out; without it jobs with ports need network"
                + " mode host";
        var machine = examination.machine();
        if (machine.tool("nft").isPresent()) {
            if (machine.tool("unshare").isEmpty()) {
                return Finding.ok("packet filter", "nftables, not tried without unshare", why);
            }
            var tried = machine.run(List.of("unshare", "--net", "nft", "-f", "-"), RULES);
            return tried.status() == 0
                    ? Finding.ok("packet filter", "nftables, with all it is needed for", why)
                    : Finding.problem(
                            "packet filter",
                            "nft is installed but fails: " + oneLine(tried.errors() + tried.output()),
                            why,
                            remedy(tried, "modprobe -a nf_tables nft_chain_nat nft_fib_ipv4"));
        }
        return machine.tool("iptables").isPresent()
                ? Finding.ok("packet filter", "iptables (nftables changes many ports faster)", why)
                : Finding.problem(
                        "packet filter", "neither nft nor iptables is installed", why, examination.install("nftables"));
    }

    static Finding forwarding(Examination examination) throws IOException, InterruptedException {
        var why = "packets between allocations and the outside are forwarded; without it published ports and outbound"
                + " access do not work";
        boolean on = examination.text(FORWARDING).equals("1");
        return on
                ? Finding.ok("forwarding", "net.ipv4.ip_forward is 1", why)
                : Finding.warning(
                                "forwarding",
                                "net.ipv4.ip_forward is 0; the agent sets it when it starts, others may reset it",
                                why,
                                "sysctl -w net.ipv4.ip_forward=1 && echo net.ipv4.ip_forward=1 > " + KEPT)
                        .repairable();
    }

    static List<String> forward(Examination examination) throws IOException, InterruptedException {
        var done = new ArrayList<String>();
        examination.machine().write(FORWARDING, "1");
        done.add("set net.ipv4.ip_forward to 1");
        if (!examination.text(KEPT).contains("net.ipv4.ip_forward=1")) {
            examination
                    .machine()
                    .write(KEPT, "# Allocations of Steppe reach out through this machine.\nnet.ipv4.ip_forward=1\n");
            done.add("wrote " + KEPT + ", so that it stays after a reboot");
        }
        return done;
    }

    static Finding bridgeFiltering(Examination examination) throws IOException, InterruptedException {
        var why = "with it, rules of iptables apply between allocations of one bridge too; Steppe needs neither value";
        var value = examination.text(BRIDGE_FILTERING);
        return Finding.ok(
                "bridge filtering",
                value.isEmpty() ? "br_netfilter is not loaded" : "net.bridge.bridge-nf-call-iptables is " + value,
                why);
    }

    static Finding localRouting(Examination examination) throws IOException, InterruptedException {
        var why = "published ports answer on 127.0.0.1 only with it";
        var setting = localRoutingSetting(examination);
        var name = "net.ipv4.conf." + examination.bridge() + ".route_localnet";
        var value = examination.text(setting);
        return switch (value) {
            case "" -> Finding.ok("local routing", "no bridge yet; the agent sets " + name + " when it makes it", why);
            case "0" ->
                Finding.warning("local routing", name + " is 0", why, "sysctl -w " + name + "=1")
                        .repairable();
            default -> Finding.ok("local routing", name + " is " + value, why);
        };
    }

    static List<String> routeLocally(Examination examination) throws IOException, InterruptedException {
        examination.machine().write(localRoutingSetting(examination), "1");
        return List.of("set net.ipv4.conf." + examination.bridge() + ".route_localnet to 1");
    }

    private static String localRoutingSetting(Examination examination) {
        return "/proc/sys/net/ipv4/conf/" + examination.bridge() + "/route_localnet";
    }

    /** A refusal of rights is not mended by modules. */
    private static String remedy(Tool.Result tried, String modules) {
        return (tried.errors() + tried.output()).contains("not permitted")
                ? "start this container with --privileged, or do without: steppe agent -dev -bridge=none"
                : modules;
    }

    private static String oneLine(String text) {
        var line = text.strip().replaceAll("\\s+", " ");
        return line.length() > 160 ? line.substring(0, 160) + "..." : line;
    }
}
