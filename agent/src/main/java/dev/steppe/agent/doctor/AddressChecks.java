package dev.steppe.agent.doctor;

import dev.steppe.client.network.NetworkChecks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Optional;

/** Whether addresses and the name of the bridge are free, and who answers names. */
final class AddressChecks {
    private AddressChecks() {}

    static Finding subnet(Examination examination) throws IOException, InterruptedException {
        var why =
                "allocations get their addresses from it; an overlap makes the machine or the other network unreachable,"
                        + " so the agent refuses to make the bridge";
        var clash = NetworkChecks.clash(examination.output("ip", "-4", "-o", "route", "show"), examination.network());
        var clash6 = examination.network().version6().isEmpty()
                ? Optional.<String>empty()
                : NetworkChecks.clash6(examination.output("ip", "-6", "-o", "route", "show"), examination.network());
        if (clash.isEmpty() && clash6.isPresent()) {
            return Finding.problem(
                    "addresses",
                    clash6.get(),
                    why,
                    "choose another bridge_network_subnet_ipv6 in the client block, for example fd12:3456:789a::/64");
        }
        return clash.map(text -> Finding.problem(
                        "addresses",
                        text,
                        why,
                        "give the bridge other addresses: steppe agent -dev -bridge-subnet=10.213.0.0/20"))
                .orElseGet(() -> Finding.ok(
                        "addresses",
                        "no other network uses " + examination.network().subnet(),
                        why));
    }

    static Finding bridge(Examination examination) throws IOException, InterruptedException {
        var bridge = examination.bridge();
        var why = "the agent makes this bridge, gives it its address and removes it again";
        var link = examination.output("ip", "-d", "-o", "link", "show", "dev", bridge);
        if (link.isEmpty()) {
            return Finding.ok("bridge", bridge + " does not exist yet; the agent makes it", why);
        }
        var remedy = "give the agent another bridge: steppe agent -dev -bridge=steppe1 -bridge-subnet=10.213.0.0/20";
        if (!link.contains(" bridge ")) {
            return Finding.problem("bridge", "an interface named " + bridge + " exists and is no bridge", why, remedy);
        }
        var addresses = examination.output("ip", "-4", "-o", "addr", "show", "dev", bridge);
        var ours = examination.network().gateway() + "/"
                + examination.network().subnet().prefixLength();
        if (addresses.contains(" inet ") && !addresses.contains(" " + ours + " ")) {
            return Finding.problem(
                    "bridge", "a bridge named " + bridge + " exists with other addresses than " + ours, why, remedy);
        }
        return Finding.ok("bridge", bridge + " exists with " + ours, why);
    }

    static Finding names(Examination examination) throws IOException, InterruptedException {
        var why = "names that are not services are asked there; a task in a network of its own asks the agent at "
                + examination.network().gateway() + ", because 127.0.0.53 of the machine is not its own";
        var servers = new ArrayList<String>();
        for (String line : examination.lines("/etc/resolv.conf")) {
            var words = line.trim().split("\\s+", -1);
            if (words.length > 1 && words[0].equals("nameserver")) {
                servers.add(words[1]);
            }
        }
        return servers.isEmpty()
                ? Finding.warning(
                        "names",
                        "/etc/resolv.conf names no server",
                        why,
                        "echo nameserver <address> >> /etc/resolv.conf")
                : Finding.ok("names", "/etc/resolv.conf asks " + String.join(", ", servers), why);
    }
}
