package dev.steppe.agent.doctor;

import dev.steppe.agent.AgentOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whether the ports of the agent are free, from the kernel's tables of sockets. */
final class PortChecks {
    private static final String LISTENING = "0A";
    private static final String ANY = "00000000";
    private static final int DNS = 53;
    private static final int INODE_FIELD = 9;

    private PortChecks() {}

    /** A port somebody else would have to leave: the protocol, the address as bytes in network order, the number. */
    private record Wanted(String protocol, byte[] address, int port) {
        @Override
        public String toString() {
            return port + "/" + protocol;
        }
    }

    static Finding ports(Examination examination) throws IOException, InterruptedException {
        var options = examination.options();
        var why =
                "the agent listens there for the Nomad API, the Consul API, DNS and other agents; other ports are given"
                        + " with -nomad-port, -consul-port and -dns-port, or ports { rpc }";
        var bind = bytes(options.bindAddress());
        var wanted = new ArrayList<Wanted>();
        wanted.add(new Wanted("tcp", bind, options.nomadPort()));
        wanted.add(new Wanted("tcp", bind, options.consulPort()));
        wanted.add(new Wanted("tcp", bind, options.dnsPort()));
        wanted.add(new Wanted("udp", bind, options.dnsPort()));
        wanted.addAll(betweenAgents(options));
        var free = "free: "
                + wanted.stream()
                        .filter(port -> port.protocol().equals("tcp"))
                        .map(port -> Integer.toString(port.port()))
                        .collect(Collectors.joining(", "))
                + " on " + options.bindAddress();
        return finding(examination, "ports", wanted, free, why, "stop it, or start the agent with another port");
    }

    /** A development agent has no others. */
    private static List<Wanted> betweenAgents(AgentOptions options) {
        if (options.development()) {
            return List.of();
        }
        var bind = bytes(options.addresses().agents().getFirst());
        var calls = new Wanted("tcp", bind, options.rpcPort());
        return options.configuration().server().enabled()
                ? List.of(calls, new Wanted("tcp", bind, options.logPort()))
                : List.of(calls);
    }

    static Finding nameService(Examination examination) throws IOException, InterruptedException {
        var gateway = examination.network().gateway();
        var why = "tasks in networks of their own ask there for services and all other names";
        var wanted = List.of(new Wanted("udp", bytes(gateway), DNS), new Wanted("tcp", bytes(gateway), DNS));
        return finding(
                examination,
                "name service port",
                wanted,
                "free: 53 on " + gateway,
                why,
                "make it listen on its own addresses only, not on all (dnsmasq: bind-dynamic; unbound: interface;"
                        + " named: listen-on)");
    }

    private static Finding finding(
            Examination examination, String check, List<Wanted> wanted, String free, String why, String remedy)
            throws IOException, InterruptedException {
        var processes = new Processes(examination);
        var taken = new ArrayList<String>();
        var ours = new ArrayList<String>();
        for (Wanted port : wanted) {
            var inode = port.port() == 0 ? Optional.<String>empty() : holder(examination, port);
            if (inode.isPresent()) {
                var owner = processes.owner(inode.get());
                boolean isAgent = owner.map(Processes.Process::isAgent).orElse(false);
                var text =
                        port + " by " + owner.map(Processes.Process::toString).orElse("a process of another user");
                (isAgent ? ours : taken).add(text);
            }
        }
        if (!taken.isEmpty()) {
            return Finding.problem(check, "in use: " + String.join(", ", taken), why, remedy);
        }
        return Finding.ok(check, ours.isEmpty() ? free : "in use by an agent: " + String.join(", ", ours), why);
    }

    /** The socket that has the port at this address, at all addresses, or at all of IPv6. */
    private static Optional<String> holder(Examination examination, Wanted wanted)
            throws IOException, InterruptedException {
        for (String table : List.of(wanted.protocol(), wanted.protocol() + "6")) {
            for (String line : examination.lines("/proc/thread-self/net/" + table)) {
                var fields = line.trim().split("\\s+");
                if (fields.length > INODE_FIELD && fields[1].contains(":")) {
                    var local = fields[1].split(":", -1);
                    boolean holds = wanted.protocol().equals("udp") || fields[3].equals(LISTENING);
                    if (holds && Integer.parseInt(local[1], 16) == wanted.port() && meets(local[0], wanted.address())) {
                        return Optional.of(fields[INODE_FIELD]);
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** The kernel prints addresses in words of the machine's byte order. */
    private static boolean meets(String printed, byte[] address) {
        if (printed.chars().allMatch(digit -> digit == '0')) {
            return true;
        }
        var reversed = new byte[] {address[3], address[2], address[1], address[0]};
        var wanted = HexFormat.of().withUpperCase().formatHex(reversed);
        return wanted.equals(ANY) || printed.equals(wanted) || printed.equals("0000000000000000FFFF0000" + wanted);
    }

    private static byte[] bytes(String address) {
        var octets = address.split("\\.", -1);
        var bytes = new byte[4];
        for (int index = 0; index < bytes.length && octets.length == bytes.length; index++) {
            bytes[index] = (byte) Integer.parseInt(octets[index]);
        }
        return bytes;
    }
}
