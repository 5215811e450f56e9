package dev.steppe.agent.configuration;

import java.io.IOException;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The addresses of this machine. */
public final class MachineAddresses {
    private MachineAddresses() {}

    /** All of them now; empty where the system does not tell. */
    public static List<AddressTemplate.MachineAddress> now() {
        var found = new ArrayList<AddressTemplate.MachineAddress>();
        var ofDefaultRoute = defaultInterface();
        try {
            for (NetworkInterface each : NetworkInterface.networkInterfaces()
                    .sorted(java.util.Comparator.comparingInt(NetworkInterface::getIndex))
                    .toList()) {
                for (InterfaceAddress address : each.getInterfaceAddresses()) {
                    found.add(new AddressTemplate.MachineAddress(
                            each.getName(),
                            each.getIndex(),
                            address.getAddress().getHostAddress().replaceFirst("%.*", ""),
                            each.isUp(),
                            each.isLoopback(),
                            ofDefaultRoute.filter(each.getName()::equals).isPresent()));
                }
            }
        } catch (SocketException unknown) {
            return List.of();
        }
        return found;
    }

    /** The interface of the default route, from the kernel's table. */
    private static Optional<String> defaultInterface() {
        try {
            return Files.readString(Path.of("/proc/net/route"))
                    .lines()
                    .map(line -> line.split("\\s+", -1))
                    .filter(fields -> fields.length > 2 && fields[1].equals("00000000"))
                    .map(fields -> fields[0])
                    .findFirst();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }
}
