package dev.steppe.simulation.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A host of the cluster: a network namespace at a bridge of this process's own namespace. A process that ends with this one
 * holds it, so nothing stays behind.
 */
final class Host implements AutoCloseable {
    private static final String BRIDGE = "lab";
    private static final String NETWORK = "10.213.250.";
    private static final int FIRST = 10;
    private static final Path OWN_NETWORK = Path.of("/proc/self/ns/net");

    private final String name;
    private final String address;
    private final Process keeper;

    private Host(String name, String address, Process keeper) {
        this.name = name;
        this.address = address;
        this.keeper = keeper;
    }

    /** Makes the bridge; this process has to be in a namespace of its own, where there is nothing yet. */
    static void makeBridge() throws IOException {
        if (!Commands.said("ip", "-o", "link", "show", "up").isEmpty()) {
            throw new IOException(
                    "this changes networks: run it as ./dev faults, which gives it a namespace of its own");
        }
        Commands.run("ip", "link", "set", "lo", "up");
        Commands.run("ip", "link", "add", BRIDGE, "type", "bridge");
        Commands.run("ip", "addr", "add", NETWORK + "1/24", "dev", BRIDGE);
        Commands.run("ip", "link", "set", BRIDGE, "up");
    }

    static Host make(String name, int number) throws IOException {
        var keeper = new ProcessBuilder("unshare", "--net", "cat").start();
        var network = Path.of("/proc/" + keeper.pid() + "/ns/net");
        while (keeper.isAlive() && Files.readSymbolicLink(network).equals(Files.readSymbolicLink(OWN_NETWORK))) {
            LockSupport.parkNanos(1_000_000);
        }
        var host = new Host(name, NETWORK + (FIRST + number), keeper);
        Commands.run("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", "" + keeper.pid());
        Commands.run("ip", "link", "set", name, "master", BRIDGE, "up");
        host.run("ip", "link", "set", "lo", "up");
        host.run("ip", "addr", "add", host.address + "/24", "dev", "eth0");
        host.run("ip", "link", "set", "eth0", "up");
        host.run("ip", "route", "add", "default", "via", NETWORK + "1");
        return host;
    }

    String name() {
        return name;
    }

    String address() {
        return address;
    }

    /** The words that run a command on this host. */
    List<String> command(String... words) {
        var all = new ArrayList<>(List.of("nsenter", "--net=/proc/" + keeper.pid() + "/ns/net"));
        all.addAll(List.of(words));
        return all;
    }

    private void run(String... words) throws IOException {
        Commands.run(command(words));
    }

    /** Which packets are lost. */
    enum Lost {
        ARRIVING,
        LEAVING,
        BOTH
    }

    /** Loses what is exchanged with other hosts; whoever looks on from the bridge still reaches it. */
    void partition(Lost lost, List<Host> others) throws IOException {
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

    void reconnect() throws IOException {
        run("nft", "delete", "table", "inet", "faults");
    }

    /** Makes what leaves this host slow; false where this kernel cannot. */
    boolean slowDown() throws IOException {
        return Commands.succeeds(
                        command("tc", "qdisc", "add", "dev", "eth0", "root", "netem", "delay", "150ms", "50ms"))
                || Commands.succeeds(command(
                        "tc", "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", "400kbit", "burst", "3200",
                        "latency", "400ms"));
    }

    void speedUp() throws IOException {
        run("tc", "qdisc", "del", "dev", "eth0", "root");
    }

    @Override
    public void close() {
        keeper.destroyForcibly().onExit().join();
    }
}
