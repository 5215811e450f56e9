package dev.steppe.simulation.hosts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A host of the cluster: a network namespace at a bridge of this process's own namespace, and, where it is a whole machine,
 * {@code /etc}, {@code /opt} and a name of its own. A process that ends with this one holds it, so nothing stays behind.
 */
public final class Host implements AutoCloseable {
    private static final String BRIDGE = "lab";
    private static final String NETWORK = "10.213.250.";
    private static final int FIRST = 10;

    private static final String MACHINE = """
            set -e
            mount --make-rprivate /
            hostname "$1"
            for part in etc opt; do
              mkdir -p "$2/$part" "$2/$part.work"
              mount -t overlay -o "lowerdir=/$part,upperdir=$2/$part,workdir=$2/$part.work" overlay "/$part"
            done
            echo ready
            exec cat
            """;

    private final String name;
    private final String address;
    private final Process keeper;
    private final List<String> namespaces;

    private Host(String name, String address, Process keeper, List<String> namespaces) {
        this.name = name;
        this.address = address;
        this.keeper = keeper;
        this.namespaces = namespaces;
    }

    /** Makes the bridge; this process has to be in a namespace of its own, where there is nothing yet. */
    public static void makeBridge() throws IOException {
        if (!Commands.said("ip", "-o", "link", "show", "up").isEmpty()) {
            throw new IOException(
                    "this changes networks: run it as ./dev faults, which gives it a namespace of its own");
        }
        Commands.run("ip", "link", "set", "lo", "up");
        Commands.run("ip", "link", "add", BRIDGE, "type", "bridge");
        Commands.run("ip", "addr", "add", NETWORK + "1/24", "dev", BRIDGE);
        Commands.run("ip", "link", "set", BRIDGE, "up");
    }

    /** A host that shares everything but the network with all others. */
    public static Host make(String name, int number) throws IOException {
        var keeper = new ProcessBuilder("unshare", "--net", "sh", "-c", "echo ready; exec cat").start();
        return connected(new Host(name, address(number), keeper, List.of("net")));
    }

    /** A whole machine: what is below {@code etc} and {@code opt} of the directory lies over the files of this one. */
    public static Host machine(String name, int number, Path directory) throws IOException {
        var keeper = new ProcessBuilder(
                        "unshare", "--net", "--mount", "--uts", "sh", "-c", MACHINE, "sh", name, directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return connected(new Host(name, address(number), keeper, List.of("net", "mnt", "uts")));
    }

    /** The address of the host with that number. */
    public static String address(int number) {
        return NETWORK + (FIRST + number);
    }

    private static Host connected(Host host) throws IOException {
        if (!Objects.equals(host.keeper.inputReader().readLine(), "ready")) {
            throw new IOException("this machine makes no namespaces for " + host.name);
        }
        Commands.run(
                "ip",
                "link",
                "add",
                host.name,
                "type",
                "veth",
                "peer",
                "name",
                "eth0",
                "netns",
                "" + host.keeper.pid());
        Commands.run("ip", "link", "set", host.name, "master", BRIDGE, "up");
        host.run("ip", "link", "set", "lo", "up");
        host.run("ip", "addr", "add", host.address + "/24", "dev", "eth0");
        host.run("ip", "link", "set", "eth0", "up");
        host.run("ip", "route", "add", "default", "via", NETWORK + "1");
        return host;
    }

    public String name() {
        return name;
    }

    public String address() {
        return address;
    }

    /** The words that run a command on this host. */
    public List<String> command(String... words) {
        var all = new ArrayList<>(List.of("nsenter"));
        for (String kind : namespaces) {
            String flag = kind.equals("mnt") ? "mount" : kind;
            all.add("--" + flag + "=/proc/" + keeper.pid() + "/ns/" + kind);
        }
        all.addAll(List.of(words));
        return all;
    }

    private void run(String... words) throws IOException {
        Commands.run(command(words));
    }

    /** Everything that runs on this host. */
    public List<Long> processes() throws IOException {
        var network = Files.readSymbolicLink(Path.of("/proc/" + keeper.pid() + "/ns/net"));
        try (var all = ProcessHandle.allProcesses()) {
            return all.map(ProcessHandle::pid)
                    .filter(pid -> pid != keeper.pid() && isIn(network, pid))
                    .toList();
        }
    }

    private static boolean isIn(Path network, long pid) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/net")).equals(network);
        } catch (IOException gone) {
            return false;
        }
    }

    /** Which packets are lost. */
    public enum Lost {
        ARRIVING,
        LEAVING,
        BOTH
    }

    /** Loses what is exchanged with other hosts; whoever looks on from the bridge still reaches it. */
    public void partition(Lost lost, List<Host> others) throws IOException {
        var addresses = String.join(", ", others.stream().map(Host::address).toList());
        run("nft", "add", "table", "inet", "faults");
        if (lost != Lost.LEAVING) {
            run("nft", "add", "chain", "inet", "faults", "in", "{ type filter hook input priority 0; }");
            run("nft", "add", "rule", "inet", "faults", "in", "ip", "saddr", "{ " + addresses + " }", "drop");
        }
        if (lost != Lost.ARRIVING) {
            run("nft", "add", "chain", "inet", "faults", "out", "{ type filter hook output priority 0; }");
            run("nft", "add", "rule", "inet", "faults", "out", "ip", "daddr", "{ " + addresses + " }", "drop");
        }
    }

    public void reconnect() throws IOException {
        run("nft", "delete", "table", "inet", "faults");
    }

    /** Makes what leaves this host slow; false where this kernel cannot. */
    public boolean slowDown() throws IOException {
        return Commands.succeeds(
                        command("tc", "qdisc", "add", "dev", "eth0", "root", "netem", "delay", "150ms", "50ms"))
                || Commands.succeeds(command(
                        "tc", "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", "400kbit", "burst", "3200",
                        "latency", "400ms"));
    }

    public void speedUp() throws IOException {
        run("tc", "qdisc", "del", "dev", "eth0", "root");
    }

    @Override
    public void close() {
        keeper.destroyForcibly().onExit().join();
    }
}
