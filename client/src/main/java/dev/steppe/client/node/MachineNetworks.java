package dev.steppe.client.node;

import dev.steppe.client.network.Subnet6;
import dev.steppe.model.HostNetwork;
import dev.steppe.model.NetworkResource;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The machine's interfaces with their addresses, as they were when read, in the order of the kernel, and the address that
 * stands for the machine where no route leads away from it.
 */
public record MachineNetworks(Optional<String> defaultInterface, Optional<Address> reached, List<Address> addresses) {
    private static final System.Logger LOG = System.getLogger(MachineNetworks.class.getName());
    private static final Path ROUTES = Path.of("/proc/net/route");
    private static final Path ROUTES6 = Path.of("/proc/net/ipv6_route");
    private static final String ANYWHERE6 = "0".repeat(32);
    private static final String LOOPBACK = "127.0.0.1";

    MachineNetworks(Optional<String> defaultInterface, List<Address> addresses) {
        this(defaultInterface, Optional.empty(), addresses);
    }

    /** One address of an interface. */
    public record Address(NetworkPlace place, InetAddress address, int prefixLength) {
        String interfaceName() {
            return place.name();
        }

        /** As people write it: without a zone, and with {@code ::} for the longest run of zeros (RFC 5952). */
        public String text() {
            String text = address.getHostAddress().replaceFirst("%.*", "");
            return isVersion4() ? text : Subnet6.shortened(text);
        }

        String cidr() {
            return text() + "/" + prefixLength;
        }

        boolean isVersion4() {
            return address instanceof Inet4Address;
        }

        /** True when the first bits are those of the network, written as {@code 10.0.0.0/8} or {@code fd00::/8}. */
        boolean isIn(String cidr) {
            int slash = cidr.indexOf('/');
            byte[] wanted = InetAddress.ofLiteral(cidr.substring(0, slash)).getAddress();
            byte[] own = address.getAddress();
            int bits = Integer.parseInt(cidr.substring(slash + 1));
            if (wanted.length != own.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> bit % Byte.SIZE;
                if ((wanted[bit / Byte.SIZE] & mask) != (own[bit / Byte.SIZE] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** An interface: its number in the kernel's order, whether it is up, and whether it leads to the machine itself. */
    public record NetworkPlace(String name, int order, boolean up, boolean loopback) {}

    public static MachineNetworks read() throws IOException {
        var addresses = new ArrayList<Address>();
        for (NetworkInterface found : NetworkInterface.networkInterfaces()
                .sorted(Comparator.comparing(NetworkInterface::getIndex))
                .toList()) {
            var place = new NetworkPlace(found.getName(), found.getIndex(), found.isUp(), found.isLoopback());
            found.getInterfaceAddresses()
                    .forEach(it -> addresses.add(new Address(place, it.getAddress(), it.getNetworkPrefixLength())));
        }
        return new MachineNetworks(interfaceOfDefaultRoute(), addresses);
    }

    private static Optional<String> interfaceOfDefaultRoute() throws IOException {
        String table = Files.isReadable(ROUTES) ? Files.readString(ROUTES) : "";
        return table.lines()
                .map(line -> line.split("\\s+", -1))
                .filter(fields -> fields.length > 2 && fields[1].equals("00000000"))
                .map(fields -> fields[0])
                .findFirst()
                .or(MachineNetworks::interfaceOfDefaultRoute6);
    }

    /** For a machine that has IPv6 only. */
    private static Optional<String> interfaceOfDefaultRoute6() {
        try {
            String table = Files.isReadable(ROUTES6) ? Files.readString(ROUTES6) : "";
            return table.lines()
                    .map(line -> line.split("\\s+", -1))
                    .filter(fields -> fields[0].equals(ANYWHERE6) && fields[1].equals("00"))
                    .map(fields -> fields[fields.length - 1])
                    .filter(name -> !name.equals("lo"))
                    .findFirst();
        } catch (IOException unreadable) {
            LOG.log(Level.WARNING, "the routes of IPv6 cannot be read", unreadable);
            return Optional.empty();
        }
    }

    /** Where no route leads away from the machine: the address at which its agent says it is reached, when it has that. */
    MachineNetworks reachedAt(String host) {
        if (defaultInterface.isPresent()) {
            return this;
        }
        var found = literal(host)
                .flatMap(wanted -> up().filter(
                                it -> !it.place().loopback() && it.address().equals(wanted))
                        .findFirst());
        return new MachineNetworks(found.map(Address::interfaceName), found, addresses);
    }

    /** A host is not always told by its address. */
    private static Optional<InetAddress> literal(String host) {
        try {
            return Optional.of(InetAddress.ofLiteral(host));
        } catch (IllegalArgumentException name) {
            return Optional.empty();
        }
    }

    private Stream<Address> up() {
        return addresses.stream().filter(it -> it.place().up());
    }

    /** Of an interface: IPv4 before IPv6. */
    private Optional<Address> main(Optional<String> wanted) {
        if (wanted.isEmpty() && reached.isPresent()) {
            return reached;
        }
        return wanted.or(() -> defaultInterface)
                .flatMap(name -> up().filter(it ->
                                it.interfaceName().equals(name) && !it.address().isLinkLocalAddress())
                        .min(Comparator.comparing(it -> !it.isVersion4())));
    }

    /** Says which address others reach this node at, and every interface with its addresses. */
    void describe(Optional<String> wanted, SortedMap<String, String> attributes) {
        attributes.put(
                "unique.network.ip-address", main(wanted).map(Address::text).orElse(LOOPBACK));
        wanted.or(() -> defaultInterface).ifPresent(name -> attributes.put("unique.network.interface", name));
        up().collect(Collectors.groupingBy(
                        Address::interfaceName,
                        TreeMap::new,
                        Collectors.mapping(Address::cidr, Collectors.joining(","))))
                .forEach((name, text) -> attributes.put("unique.network.interface." + name, text));
    }

    /** The network that ports without another one are given from. */
    List<NetworkResource> offered(Optional<String> wanted) {
        var host = NetworkResource.ofHost();
        return main(wanted)
                .map(it -> List.of(new NetworkResource(
                        host.mode(),
                        it.interfaceName(),
                        it.text() + (it.isVersion4() ? "/32" : "/128"),
                        it.text(),
                        host.dns(),
                        host.reservedPorts(),
                        host.dynamicPorts(),
                        host.hostname(),
                        host.megabits(),
                        host.cni())))
                .orElse(List.of());
    }

    /**
     * The configured networks this machine has an address in, each with that address: on the named interface, in the named
     * range, IPv4 before IPv6. One without an address is left out, with a warning, so that nothing is placed on it.
     */
    SortedMap<String, HostNetwork> named(SortedMap<String, HostNetwork> configured) {
        var found = new TreeMap<String, HostNetwork>();
        configured.forEach((name, network) -> {
            var fitting = up().filter(it -> network.interfaceName().isEmpty()
                            || it.interfaceName().equals(network.interfaceName()))
                    .filter(it -> network.cidr().isEmpty() || it.isIn(network.cidr()))
                    .min(Comparator.comparing(it -> !it.isVersion4()));
            fitting.ifPresentOrElse(
                    it -> found.put(
                            name, new HostNetwork(name, it.cidr(), it.interfaceName(), network.reservedPorts())),
                    () -> LOG.log(
                            Level.WARNING,
                            "host network not there name=" + name + " interface=" + network.interfaceName() + " cidr="
                                    + network.cidr() + ": no interface that is up has such an address"));
        });
        return Collections.unmodifiableSortedMap(found);
    }
}
