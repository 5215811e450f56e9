package dev.steppe.agent;

import dev.steppe.agent.configuration.AddressTemplate;
import dev.steppe.agent.configuration.AddressTemplate.MachineAddress;
import dev.steppe.agent.configuration.Listening;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where an agent listens and what address others are told, on this machine.
 *
 * @param advertised the address that others are told, without a port
 * @param why where that address comes from, for a person
 * @param advertisedHttp what others are told to call the Nomad API at, where it was said
 * @param advertisedRpc what others are told to call this server at, where it was said
 */
public record Addresses(
        List<String> nomad,
        List<String> consul,
        List<String> consulTls,
        List<String> names,
        List<String> agents,
        String advertised,
        String why,
        Optional<String> advertisedHttp,
        Optional<String> advertisedRpc) {
    private static final String PRIVATE = "{{ GetPrivateIP }}";
    private static final String LOOPBACK = "127.0.0.1";

    public Addresses {
        nomad = List.copyOf(nomad);
        consul = List.copyOf(consul);
        consulTls = List.copyOf(consulTls);
        names = List.copyOf(names);
        agents = List.copyOf(agents);
    }

    /** Fails with what is wrong where a template means no address of this machine. */
    static Addresses of(Listening wanted, List<MachineAddress> machine) {
        var listening = wanted.among(false);
        var nomad = all(listening.nomad(), machine);
        var agents = all(listening.agents(), machine);
        var told = listening.advertised().map(written -> one(written, machine));
        String first = nomad.getFirst();
        boolean any = isAny(first) || isLoopback(first) && isAny(agents.getFirst());
        String advertised = told.filter(address -> !isAny(address)).orElseGet(() -> any ? outward(machine) : first);
        String why = told.filter(address -> !isAny(address)).isPresent()
                ? "bind_addr, advertise_addr, advertise or -advertise says so"
                : any
                        ? advertised.equals(LOOPBACK)
                                ? "the machine has no private address"
                                : "it listens on all addresses, and this is the machine's first private one"
                        : "it listens there";
        return new Addresses(
                nomad,
                all(listening.consul(), machine),
                all(listening.consulTls(), machine),
                all(listening.names(), machine),
                agents,
                advertised,
                why,
                listening.advertisedHttp().map(written -> hostAndPort(written, machine)),
                listening.advertisedRpc().map(written -> hostAndPort(written, machine)));
    }

    /** What others are told to call the Nomad API at. */
    String http(int port) {
        return withPort(advertisedHttp.orElse(httpStays() ? nomad.getFirst() : advertised), port);
    }

    /** Where that comes from, for a person. */
    String httpWhy() {
        return advertisedHttp.isPresent() ? "as advertise.http says" : httpStays() ? "it listens there" : why;
    }

    /** Other machines reach the agent, and not this API. */
    private boolean httpStays() {
        return isLoopback(nomad.getFirst()) && isAny(agents.getFirst());
    }

    /** What others are told to call this server at. */
    String agent(int port) {
        String outside = advertisedRpc.orElseGet(() -> {
            String first = agents.getFirst();
            return isAny(first) || first.equals(nomad.getFirst()) ? advertised : first;
        });
        return withPort(outside, port);
    }

    /** True when others than this machine can reach an API. */
    boolean areOpen() {
        var all = new ArrayList<>(nomad);
        all.addAll(consul);
        return !all.stream().allMatch(Addresses::isLoopback);
    }

    static boolean isLoopback(String address) {
        return address.startsWith("127.") || address.equals("::1") || address.equals("localhost");
    }

    private static String withPort(String address, int port) {
        boolean hasPort = address.startsWith("[")
                ? address.contains("]:")
                : address.indexOf(':') > 0 && address.indexOf(':') == address.lastIndexOf(':');
        if (hasPort) {
            return address;
        }
        return (address.contains(":") && !address.startsWith("[") ? "[" + address + "]" : address) + ":" + port;
    }

    private static boolean isAny(String address) {
        return address.equals("0.0.0.0") || address.equals("::");
    }

    private static String outward(List<MachineAddress> machine) {
        var found = AddressTemplate.resolve(PRIVATE, machine);
        return found.isEmpty() ? LOOPBACK : found.getFirst();
    }

    private static String hostAndPort(String written, List<MachineAddress> machine) {
        if (!written.contains("{{")) {
            return written;
        }
        String port = written.replaceFirst("(?s).*}}", "");
        return one(written.substring(0, written.length() - port.length()), machine) + port;
    }

    private static String one(String written, List<MachineAddress> machine) {
        return all(List.of(written), machine).getFirst();
    }

    private static List<String> all(List<String> written, List<MachineAddress> machine) {
        var found = new ArrayList<String>();
        for (String each : written) {
            var resolved = AddressTemplate.resolve(each, machine);
            if (resolved.isEmpty()) {
                throw new IllegalArgumentException(each + " means no address of this machine");
            }
            found.addAll(resolved);
        }
        return found.stream().distinct().toList();
    }
}
